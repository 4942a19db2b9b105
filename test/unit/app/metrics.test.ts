import { describe, expect, it } from 'vitest'
import { MonitorMetrics } from '../../../src/app/metrics.ts'
import { detectionToWire } from '../../../src/contract/detection.ts'
import { exampleDetection } from '../../helpers/example-detection.ts'
import { EXAMPLE_STATION } from '../../helpers/example-view.ts'

const snapshot = { stations: [], servers: [], store: { state: 'ok', bytes: 0 }, feedClients: 0 } as const

async function lines(metrics: MonitorMetrics, changes: Partial<Parameters<MonitorMetrics['text']>[0]> = {}): Promise<string[]> {
  const { text } = await metrics.text({ ...snapshot, ...changes })
  return text.split('\n').filter((line) => /^quakewire_(?!process|nodejs)/.test(line))
}

describe('MonitorMetrics', () => {
  it('shows what was counted, the same however often it is asked', async () => {
    const metrics = new MonitorMetrics()
    for (let i = 0; i < 3; i++) metrics.packet({ bytes: new Uint8Array(512), origin: 'seedlink://a:18000', sequence: 1n })
    metrics.window()
    metrics.problem({ code: 'steim-integrity', message: 'x' })
    metrics.problem({ code: 'steim-integrity', message: 'y' })
    metrics.commit(true)
    metrics.commit(false)
    metrics.detection(detectionToWire(exampleDetection(0), { seq: 1, latency: { packetSeconds: 2, processingSeconds: 0.5 } }))
    const expected = [
      'quakewire_packets_total 3',
      'quakewire_bytes_total 1536',
      'quakewire_windows_total 1',
      'quakewire_problems_total{code="steim-integrity"} 2',
      'quakewire_store_commits_total{result="failed"} 1',
      'quakewire_detections_total{state="open"} 1',
      'quakewire_detection_latency_seconds{station="CI_CLC"} 2.5',
    ]
    expect(await lines(metrics)).toEqual(expect.arrayContaining(expected))
    expect(await lines(metrics)).toEqual(expect.arrayContaining(expected))
  })

  it('shows stations, servers and the store as they are now', async () => {
    const metrics = new MonitorMetrics()
    const server = {
      url: 'seedlink://a:18000',
      state: 'connected',
      reconnects: 4,
      packets: 9,
      lastPacketTime: null,
    } as const
    const shown = await lines(metrics, {
      stations: [{ ...EXAMPLE_STATION, gaps: 7 }],
      servers: [server],
      store: { state: 'degraded', reason: 'full', bytes: 4096 },
      feedClients: 2,
    })
    expect(shown).toEqual(
      expect.arrayContaining([
        'quakewire_packet_latency_seconds{instrument="CI_CLC_00_HH"} 2.5',
        'quakewire_gaps_total{instrument="CI_CLC_00_HH"} 7',
        'quakewire_instruments{state="ok"} 1',
        'quakewire_server_connected{server="seedlink://a:18000"} 1',
        'quakewire_reconnects_total{server="seedlink://a:18000"} 4',
        'quakewire_store_degraded 1',
        'quakewire_store_bytes 4096',
        'quakewire_feed_clients 2',
      ]),
    )
    expect((await lines(metrics)).filter((line) => line.includes('instrument='))).toEqual([])
  })

  it('shows the memory of the process', async () => {
    const { text } = await new MonitorMetrics().text(snapshot)
    expect(text).toContain('quakewire_process_resident_memory_bytes')
  })
})
