import { type InstrumentId, instrumentIdOf, type StationId, stationOfInstrument, subsourceOf } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, nanosToMicros } from '../../domain/time.ts'
import type { ArchiveStream } from '../../io/archive/index.ts'
import type { Split } from '../../io/seisbench/trace-label.ts'
import { Random } from '../../nn/random.ts'
import { componentOf } from '../../signal/component-assembler.ts'

/** An event as the catalogue tells it. */
export interface KnownEvent {
  readonly id: string
  /** Undefined when only arrivals are known. */
  readonly originTime: Micros | undefined
  readonly magnitude: number | undefined
  readonly picks: readonly { readonly station: StationId; readonly phase: 'P' | 'S'; readonly time: Micros }[]
}

export interface CutOptions {
  /** Seconds kept before and after P. */
  readonly beforeSeconds: number
  readonly afterSeconds: number
  /** Noise traces for each earthquake trace. */
  readonly noiseRatio: number
  readonly noiseSeconds: number
  /** Shares of train and dev; the rest is test. */
  readonly shares: { readonly train: number; readonly dev: number }
  readonly seed: number
}

/** A stretch of one instrument to be cut out. */
export interface Cut {
  readonly instrument: InstrumentId
  readonly from: Micros
  readonly to: Micros
  readonly group: string
  readonly split: Split
  /** Undefined for noise. */
  readonly event: KnownEvent | undefined
  /** As picked; undefined when only the origin is known, or for noise. */
  readonly p: Micros | undefined
  readonly s: Micros | undefined
}

/** The slowest P of a regional event, 300 km away, has come by then; where only the origin is known, it is looked for until then. */
export const LATEST_P_SECONDS = 50
/** Noise keeps this far from everything catalogued: before P of an event at the border, and behind its coda. */
const QUIET_BEFORE_SECONDS = 60
const QUIET_AFTER_SECONDS = 300
const HOUR = 3600 * MICROS_PER_SECOND

/**
 * What to cut out of an archive, by start. Events whose cuts overlap are one group, so that no second of data is on two sides of a
 * split; noise of one station and hour is one. The same archive, catalogue and seed give the same cuts.
 */
export function planCuts(streams: readonly ArchiveStream[], events: readonly KnownEvent[], options: CutOptions): Cut[] {
  const instruments = instrumentSpans(streams)
  const groups = groupEvents(events, options)
  const earthquakes = events.flatMap((event) =>
    [...instruments].flatMap(([instrument, span]) => {
      const cut = cutOf(event, instrument, groups.get(event) ?? event.id, options)
      return cut && cut.from >= span.from && cut.to <= span.to ? [cut] : []
    }),
  )
  const wanted = Math.round(earthquakes.length * options.noiseRatio)
  const noise = noiseCuts(instruments, events, options)
  const chosen = events.length === 0 ? noise : shuffled(noise, options.seed).slice(0, wanted)
  return [...earthquakes, ...chosen].sort((a, b) => a.from - b.from || (a.instrument < b.instrument ? -1 : 1))
}

/** Split of a group: decided by its name and the seed alone, whatever else is in the dataset. */
export function splitOf(group: string, { seed, shares }: CutOptions): Split {
  // FNV-1a, then mixed by the generator.
  let hash = 0x811c9dc5
  for (const character of `${seed}|${group}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  const place = new Random(hash).uniform()
  return place < shares.train ? 'train' : place < shares.train + shares.dev ? 'dev' : 'test'
}

interface Span {
  readonly from: Micros
  readonly to: Micros
}

/** From when to when all that an instrument has was recorded; gaps inside are found when cutting. */
function instrumentSpans(streams: readonly ArchiveStream[]): Map<InstrumentId, Span> {
  const spans = new Map<InstrumentId, Span>()
  for (const { sourceId, startTime, endTime } of streams) {
    if (componentOf(subsourceOf(sourceId)) === undefined) continue
    const instrument = instrumentIdOf(sourceId)
    const known = spans.get(instrument)
    const from = nanosToMicros(startTime)
    const to = nanosToMicros(endTime)
    spans.set(instrument, known ? { from: Math.max(known.from, from), to: Math.min(known.to, to) } : { from, to })
  }
  return spans
}

function cutOf(event: KnownEvent, instrument: InstrumentId, group: string, options: CutOptions): Cut | undefined {
  const { beforeSeconds, afterSeconds } = options
  const station = stationOfInstrument(instrument)
  const pick = (phase: 'P' | 'S') => event.picks.find((one) => one.station === station && one.phase === phase)?.time
  const p = pick('P')
  // Where others were picked and this station was not, nobody says that it saw anything.
  if (p === undefined && (event.picks.length > 0 || event.originTime === undefined)) return undefined
  const start = p ?? (event.originTime as Micros)
  return {
    instrument,
    from: start - beforeSeconds * MICROS_PER_SECOND,
    to: start + (afterSeconds + (p === undefined ? LATEST_P_SECONDS : 0)) * MICROS_PER_SECOND,
    group,
    split: splitOf(group, options),
    event,
    p,
    s: pick('S'),
  }
}

function timesOf({ originTime, picks }: KnownEvent): Span {
  const times = [...(originTime === undefined ? [] : [originTime]), ...picks.map(({ time }) => time)]
  return { from: Math.min(...times), to: Math.max(...times) }
}

function groupEvents(events: readonly KnownEvent[], { beforeSeconds, afterSeconds }: CutOptions): Map<KnownEvent, string> {
  const reach = (beforeSeconds + afterSeconds + LATEST_P_SECONDS) * MICROS_PER_SECOND
  const groups = new Map<KnownEvent, string>()
  let group = ''
  let until = Number.NEGATIVE_INFINITY
  for (const event of [...events].sort((a, b) => timesOf(a).from - timesOf(b).from)) {
    const { from, to } = timesOf(event)
    if (from > until) group = event.id
    until = Math.max(until, to + reach)
    groups.set(event, group)
  }
  return groups
}

function noiseCuts(instruments: ReadonlyMap<InstrumentId, Span>, events: readonly KnownEvent[], options: CutOptions): Cut[] {
  const length = options.noiseSeconds * MICROS_PER_SECOND
  const busy = events.map(timesOf).map(({ from, to }) => ({
    from: from - QUIET_BEFORE_SECONDS * MICROS_PER_SECOND,
    to: to + QUIET_AFTER_SECONDS * MICROS_PER_SECOND,
  }))
  return [...instruments].flatMap(([instrument, span]) => {
    const cuts: Cut[] = []
    for (let from = Math.ceil(span.from / length) * length; from + length <= span.to; from += length) {
      if (busy.some((time) => time.from <= from + length && time.to >= from)) continue
      const group = `noise|${stationOfInstrument(instrument)}|${formatMicros(Math.floor(from / HOUR) * HOUR)}`
      cuts.push({
        instrument,
        from,
        to: from + length,
        group,
        split: splitOf(group, options),
        event: undefined,
        p: undefined,
        s: undefined,
      })
    }
    return cuts
  })
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = new Random(seed)
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    const swapped = order[i] as T
    order[i] = order[j] as T
    order[j] = swapped
  }
  return order
}
