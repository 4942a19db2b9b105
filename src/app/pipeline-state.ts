import { NETWORK, type PipelineState, type StateSlot } from '../domain/ports.ts'
import type { StationId } from '../domain/source-id.ts'

/** State of all stages of one station: `stage key` → plain data. */
export type StationState = Readonly<Record<string, unknown>>

/**
 * The memory of the whole pipeline, by station. Stages register how to take their state; `save` takes it for the stations that
 * have had data since the last time, so that one transaction can store it together with what came of it.
 */
export class PipelineMemory implements PipelineState {
  /** What was brought back and not yet given out, by station. */
  readonly #initial: ReadonlyMap<StationId, Map<string, unknown>>
  readonly #snapshots = new Map<StationId, Map<string, () => unknown>>()
  readonly #changed = new Set<StationId>()
  /** Stations with something stored. */
  readonly #known: Set<StationId>
  #hasNewStation = false

  constructor(initial: ReadonlyMap<StationId, StationState> = new Map()) {
    this.#known = new Set(initial.keys())
    this.#initial = new Map([...initial].map(([station, state]) => [station, new Map(Object.entries(state))]))
  }

  /** What was brought back is given out once: a stage that begins anew after the end of the data begins empty. */
  slot(stage: string, key: string): StateSlot {
    const station = stationOfKey(key)
    const name = `${stage} ${key}`
    const brought = this.#initial.get(station)
    const initial = brought?.get(name)
    brought?.delete(name)
    const snapshots = this.#snapshots.get(station) ?? new Map<string, () => unknown>()
    this.#snapshots.set(station, snapshots)
    return {
      initial,
      onSave: (snapshot) => snapshots.set(name, snapshot),
      release: () => snapshots.delete(name),
    }
  }

  /** Keys under which a stage has something to bring back. */
  saved(stage: string): string[] {
    const prefix = `${stage} `
    const names = [...this.#initial.values()].flatMap((brought) => [...brought.keys()])
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  }

  /** A station has something to bring back that none of its stages has asked for: it has had no data since the restart. */
  get hasUnheard(): boolean {
    return [...this.#initial].some(([station, brought]) => station !== NETWORK_STATE && brought.size > 0)
  }

  /** The station's stages have taken in data. */
  touch(station: StationId): void {
    this.#changed.add(station)
    if (!this.#known.has(station)) this.#hasNewStation = true
  }

  /** A station has had data of which nothing was ever stored. */
  get hasNewStation(): boolean {
    return this.#hasNewStation
  }

  /** Every station that ever had data. */
  touchAll(): void {
    for (const station of this.#snapshots.keys()) this.#changed.add(station)
  }

  /** State of every station touched since `forgetChanges`. Safe only between packets. */
  save(): Map<StationId, StationState> {
    const saved = new Map<StationId, StationState>()
    // What serves the whole network changes with every station.
    const changed =
      this.#changed.size > 0 && this.#snapshots.has(NETWORK_STATE) ? [...this.#changed, NETWORK_STATE] : this.#changed
    for (const station of changed) {
      const snapshots = this.#snapshots.get(station) ?? new Map<string, () => unknown>()
      const taken = [...snapshots].map(([name, snapshot]) => [name, snapshot()] as const)
      // A stage that has had no data since the restart still has what was brought back: another kill must not lose it.
      const notHeardAgain = this.#initial.get(station) ?? []
      saved.set(station, Object.fromEntries([...notHeardAgain, ...taken]))
    }
    return saved
  }

  /** What `save` gave is stored. */
  forgetChanges(): void {
    for (const station of this.#changed) this.#known.add(station)
    this.#changed.clear()
    this.#hasNewStation = false
  }
}

/** Where the state of network-wide stages is kept, beside the stations. */
const NETWORK_STATE = NETWORK as StationId

/** Source ids (`FDSN:NET_STA_…`) and instrument ids (`NET_STA_…`) both begin with the station. */
function stationOfKey(key: string): StationId {
  if (key === NETWORK) return NETWORK_STATE
  const [network = '', station = ''] = key.replace(/^FDSN:/, '').split('_')
  return `${network}_${station}` as StationId
}
