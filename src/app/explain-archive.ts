import type { Config } from '../contract/config.ts'
import { UsageError } from '../domain/errors.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type InstrumentId, instrumentIdOf, type SourceId } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, nanosToMicros } from '../domain/time.ts'
import type { ScoredWindow } from '../domain/window.ts'
import { clearestOnset } from '../signal/onset-meter.ts'
import type { ExplainableWindow, WindowOrigin } from './explain.ts'
import type { LoadedModel } from './load-model.ts'
import { replayArchive } from './replay-archive.ts'

export interface ArchivedMoment {
  /** miniSEED files or folders. */
  readonly paths: readonly string[]
  /** The window that ends here, or the last one before: what the monitor knew at that moment. */
  readonly at: Micros
  /** Needed when several have a window at that time. */
  readonly instrument?: InstrumentId
  readonly config: Config
  readonly model: LoadedModel
  readonly onProblem: OnProblem
  readonly onProgress?: (bytes: number, totalBytes: number) => void
}

/** After this much more data no other instrument is waited for. */
const PATIENCE_SECONDS = 600

/**
 * A window of an archive, out of the monitor's own pipeline: the archive is replayed from its beginning until the window comes out, so
 * that it is the very window, with the very score, that a replay has at this time.
 *
 * @throws {UsageError} when no instrument has a window there, or several have and none is named
 */
export async function archivedWindow(moment: ArchivedMoment): Promise<ExplainableWindow> {
  const { at, config, model, instrument } = moment
  const { sampleRate, windowLength } = model.card
  const stride = config.window.strideSeconds * sampleRate
  const wanted = Math.floor((Math.floor(at / (MICROS_PER_SECOND / sampleRate)) - (windowLength - 1)) / stride) * stride
  const found: ExplainableWindow[] = []
  const spans = new Map<InstrumentId, { first: Micros; last: Micros }>()
  const done = new AbortController()
  await replayArchive({
    ...moment,
    speed: 'max',
    ...(instrument !== undefined && { isAccepted: (sourceId: SourceId) => instrumentIdOf(sourceId) === instrument }),
    signal: done.signal,
    onMessages: () => {},
    onStreams: ({ records$, scores$ }) => {
      scores$.subscribe((piece) => {
        if (piece.kind === 'gap') return
        const origin = originOf(piece, sampleRate)
        spans.set(piece.instrument, { first: spans.get(piece.instrument)?.first ?? origin.endTime, last: origin.endTime })
        if (piece.window.firstIndex !== wanted) return
        found.push({ input: piece.input.slice(), isUsable: piece.input.some((value) => value !== 0), origin })
        if (instrument !== undefined) done.abort()
      })
      records$.subscribe(({ startTime }) => {
        if (found.length > 0 && nanosToMicros(startTime) > at + PATIENCE_SECONDS * MICROS_PER_SECOND) done.abort()
      })
    },
  })
  const [only, ...others] = found
  if (only === undefined) throw nothingThere(moment, spans)
  if (others.length > 0) {
    const names = found.map(({ origin }) => origin?.instrument).join(', ')
    throw new UsageError(`explain --at: expected one instrument, got ${found.length}; add --instrument, one of ${names}`)
  }
  return only
}

function originOf({ instrument, window, score, secondOpinion }: ScoredWindow, gridRate: number): WindowOrigin {
  const { startTime, samples, firstIndex } = window
  const endTime = gridIndexToMicros(firstIndex + samples.length / 3 - 1, gridRate)
  const onsetRatio = clearestOnset(samples, { windowLength: samples.length / 3, channels: 3, sampleRate: gridRate })
  return {
    instrument,
    startTime,
    endTime,
    samples: samples.slice(),
    score,
    onsetRatio,
    ...(secondOpinion !== undefined && { secondOpinion }),
  }
}

function nothingThere(
  { at, paths, instrument }: ArchivedMoment,
  spans: ReadonlyMap<InstrumentId, { first: Micros; last: Micros }>,
): UsageError {
  const whose = instrument === undefined ? '' : ` of ${instrument}`
  const there = [...spans].map(([name, { first, last }]) => `${name} from ${formatMicros(first)} to ${formatMicros(last)}`)
  const got = there.length === 0 ? 'no windows at all' : `windows that end otherwise: ${there.join('; ')}, perhaps with gaps`
  return new UsageError(
    `explain --at: expected a window${whose} that ends at ${formatMicros(at)}, got ${got} (${paths.join(', ')})`,
  )
}
