import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { DetectionWire } from '../../src/contract/detection.ts'
import type { FeedMessage } from '../../src/contract/feed.ts'
import type { HealthHistory, LogAnswer } from '../../src/contract/health-history.ts'
import type { HealthAnswer, StationsAnswer } from '../../src/contract/http.ts'
import { decodeWaveformFrame, type WaveformFrame } from '../../src/contract/waveform-frame.ts'
import { decodeWaveformsAnswer } from '../../src/contract/waveforms-answer.ts'
import { CommandLine } from '../helpers/command-line.ts'

describe('the demo', { timeout: 120_000 }, () => {
  it('shows live traces, a moving score and the first detection over a real SeedLink connection, and ends cleanly', async () => {
    const demo = new CommandLine(['demo', '--listen', '127.0.0.1:0', '--speed', '20'])
    const [, url] = await demo.shows(/Open (http\S+)/)
    const { frames, messages, detection } = await listenUntilDetection(url as string)

    const kinds = messages.map(({ type }) => type)
    expect(kinds[0]).toBe('hello')
    expect(kinds).toEqual(expect.arrayContaining(['scores', 'detection']))
    expect(new Set(frames.map(({ instrument }) => instrument)).size).toBe(6)
    expect(frames.every(({ rate, samples }) => rate === 20 && samples.every(Number.isFinite))).toBe(true)
    expect(detection).toMatchObject({ state: 'open', off: null })

    const answer = (await (await fetch(`${url}/api/detections/${encodeURIComponent(detection.id)}`)).json()) as {
      waveform: { Z: number[] }
    }
    expect(answer.waveform.Z.length).toBeGreaterThanOrEqual(501)
    const again = await fetch(`${url}/api/detections/${encodeURIComponent(detection.id)}/replay`, { method: 'POST' })
    expect(await again.json()).toMatchObject({ isSame: true, model: detection.model })
    const { lines } = (await (await fetch(`${url}/api/log`)).json()) as LogAnswer
    expect(lines[0]).toMatchObject({ level: 'info', code: 'STARTED' })
    const history = (await (await fetch(`${url}/api/health/history`)).json()) as HealthHistory
    expect(history.instruments.map(({ availability }) => (availability.at(-1) ?? 0) > 0)).toEqual(new Array(6).fill(true))
    const [stored] = await storedWaveforms(url as string, detection.instrument)
    expect(frames.some(({ instrument, startTime }) => instrument === stored?.instrument && startTime === stored.startTime)).toBe(
      true,
    )
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/quakewire_detections_total\{state="open"\} [1-9]/)
    expect(await demo.kill('SIGINT')).toBe(0)
  })

  it('is not degraded because it is played faster than the clock', async () => {
    const demo = new CommandLine(['demo', '--listen', '127.0.0.1:0', '--speed', '40'])
    const [, url] = await demo.shows(/Open (http\S+)/)
    const ask = async <T>(path: string) => (await (await fetch(`${url}${path}`)).json()) as T
    const isFarAhead = async () =>
      (await ask<StationsAnswer>('/api/stations')).stations.every(({ latencySeconds }) => (latencySeconds ?? 0) < -60)
    while (!(await isFarAhead())) await pause(100)
    expect(await ask<HealthAnswer>('/api/health')).toMatchObject({ reasons: [], problems: {} })
    expect(await demo.kill('SIGINT')).toBe(0)
  })

  it('says which address is taken', async () => {
    const first = new CommandLine(['demo', '--listen', '127.0.0.1:0'])
    const [, port] = await first.shows(/Open http:\/\/127\.0\.0\.1:(\d+)/)
    const second = new CommandLine(['demo', '--listen', `127.0.0.1:${port}`])
    expect(await second.exitCode()).toBe(2)
    expect(second.stderr).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}`))
    await first.kill('SIGTERM')
  })
})

/** What can be scrolled back to, once the store has it. */
async function storedWaveforms(url: string, instrument: string): Promise<readonly WaveformFrame[]> {
  const hour = 3_600_000
  for (;;) {
    const [from, to] = [Date.now() - hour / 2, Date.now() + hour].map((millis) => new Date(millis).toISOString())
    const response = await fetch(`${url}/api/waveforms?instrument=${instrument}&from=${from}&to=${to}`)
    const answer = decodeWaveformsAnswer(new Uint8Array(await response.arrayBuffer()))
    if (answer?.kind === 'samples' && answer.runs.length > 0) return answer.runs
    await pause(200)
  }
}

/** Everything the feed sends until a detection has opened and scores have come. */
function listenUntilDetection(url: string) {
  const frames: WaveformFrame[] = []
  const messages: FeedMessage[] = []
  return new Promise<{ frames: WaveformFrame[]; messages: FeedMessage[]; detection: DetectionWire }>((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/feed?topics=detections,scores,waveforms,health`)
    socket.on('error', reject)
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        const frame = decodeWaveformFrame(data)
        if (frame) frames.push(frame)
        return
      }
      const message = JSON.parse(data.toString()) as FeedMessage
      messages.push(message)
      const detection = messages.find((each) => each.type === 'detection')
      if (!detection || !messages.some(({ type }) => type === 'scores')) return
      socket.close()
      resolve({ frames, messages, detection })
    })
  })
}
