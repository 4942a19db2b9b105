import { setImmediate } from 'node:timers/promises'
import { Subject } from 'rxjs'
import { type Config, triggerOf } from '../../contract/config.ts'
import type { Detection } from '../../domain/detection.ts'
import type { NetworkEvent } from '../../domain/network-event.ts'
import type { Packet } from '../../domain/packet.ts'
import { type Clock, FORGETFUL_STATE } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { Micros } from '../../domain/time.ts'
import type { LoadedModel } from '../load-model.ts'
import { monitor } from '../monitor.ts'
import { monitorParts } from '../monitor-parts.ts'
import type { Scenario } from '../synth/scenario.ts'
import { type DrillPacket, drillConfig, drillPackets, isOfDrill } from './drill-scenario.ts'

/** What came out of the pipeline, and when it came first. */
export interface DrillFindings {
  readonly packets: number
  readonly windows: number
  readonly bestScore: number
  readonly detections: readonly Detection[]
  readonly event: NetworkEvent | undefined
  readonly at: Partial<Record<'packets' | 'window' | 'score' | 'detection' | 'event', Micros>>
}

export interface DrillChainOptions {
  readonly config: Config
  readonly model: LoadedModel
  readonly clock: Clock
  readonly onProblem: OnProblem
}

/**
 * Sends a scenario's packets through a pipeline of its own: the same code, model and settings as the monitor's, no state in common with
 * it. Real packets have their turn between any two of these.
 *
 * @param origin of the packets: names the drill
 */
export async function runDrillChain(scenario: Scenario, origin: string, options: DrillChainOptions): Promise<DrillFindings> {
  const { config, model, clock, onProblem } = options
  const own = drillConfig(config, scenario)
  const packets$ = new Subject<Packet>()
  const streams = monitor(
    packets$,
    monitorParts(own, model, {
      isAccepted: isOfDrill,
      state: FORGETFUL_STATE,
      onLatency: () => {},
      onCounters: () => {},
      onProblem,
    }),
  )
  const at: { -readonly [Step in keyof DrillFindings['at']]: Micros } = {}
  const seen = { packets: 0, windows: 0, bestScore: 0 }
  const detections = new Map<string, Detection>()
  let event: NetworkEvent | undefined
  streams.scores$.subscribe((piece) => {
    if (piece.kind === 'gap') return
    at.window ??= clock.now()
    seen.windows++
    seen.bestScore = Math.max(seen.bestScore, piece.score)
    if (piece.score >= triggerOf(own, piece.instrument).on) at.score ??= clock.now()
  })
  streams.detections$.subscribe((output) => {
    if (output.kind !== 'detection') return
    at.detection ??= clock.now()
    detections.set(output.detection.id, output.detection)
  })
  streams.events$.subscribe((output) => {
    if (output.kind !== 'event' || output.event.state === 'vetoed') return
    at.event ??= clock.now()
    if (event === undefined || output.event.stations >= event.stations) event = output.event
  })
  for (const { bytes } of await packetsOf(scenario)) {
    packets$.next({ bytes, origin, sequence: BigInt(seen.packets++) })
    await setImmediate()
  }
  at.packets = clock.now()
  packets$.complete()
  return { ...seen, detections: [...detections.values()], event, at }
}

/** Of all stations, by their end; made station by station, with turns for others between. */
async function packetsOf(scenario: Scenario): Promise<DrillPacket[]> {
  const packets: DrillPacket[] = []
  for (const station of scenario.stations) {
    packets.push(...drillPackets(scenario, station))
    await setImmediate()
  }
  return packets.sort((a, b) => (a.endTime < b.endTime ? -1 : a.endTime > b.endTime ? 1 : 0))
}
