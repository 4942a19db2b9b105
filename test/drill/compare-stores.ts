import type { DetectionWire } from '../../src/contract/detection.ts'
import { openScoreReader } from '../../src/io/store/score-reader.ts'
import { sqlite } from '../../src/io/store/sqlite-binding.ts'

/** How two stores compare in one respect. */
export interface StoreComparison {
  readonly what: string
  /** In the first and in the second. */
  readonly counts: readonly [number, number]
  /** Of those, so many are in one only or differ. */
  readonly differences: number
  readonly examples: readonly string[]
}

const MOST_EXAMPLES = 5

/**
 * Everything that a run stores of its data, bit by bit: detections, scores, arrivals, waveforms, windows and relevances.
 *
 * @param except instruments that are left out
 */
export function compareStores(first: string, second: string, except: ReadonlySet<string> = new Set()): StoreComparison[] {
  const [a, b] = [contentOf(first), contentOf(second)]
  // All keys begin with the instrument.
  const rest = (all: ReadonlyMap<string, string> = new Map()) =>
    new Map([...all].filter(([key]) => !except.has(key.slice(0, /[- ]/.exec(key)?.index))))
  return Object.keys(a).map((what) => compare(what, rest(a[what]), rest(b[what])))
}

export function compare(what: string, a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): StoreComparison {
  const keys = [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key))
  const examples = keys.slice(0, MOST_EXAMPLES).map((key) => `${key}: ${short(a.get(key))} ≠ ${short(b.get(key))}`)
  return { what, counts: [a.size, b.size], differences: keys.length, examples }
}

type Content = Readonly<Record<string, ReadonlyMap<string, string>>>

function contentOf(file: string): Content {
  const Database = sqlite()
  const database = new Database(file, { readonly: true })
  // By detection alone: of two stores that place its best window differently, it differs once.
  const bytes = (table: string, column: string) =>
    new Map(
      database
        .prepare<[], { detection: string; start: number; rate: number; value: Buffer }>(
          `SELECT detection, start, rate, ${column} AS value FROM ${table}`,
        )
        .all()
        .map(({ detection, start, rate, value }) => [detection, `${start} ${rate} ${value.toString('hex')}`]),
    )
  try {
    return {
      detections: new Map(
        database
          .prepare<[], { id: string; json: string }>('SELECT id, json FROM detections')
          .all()
          .map(({ id, json }) => [id, bare(json)]),
      ),
      scores: scoresOf(file),
      arrivals: new Map(
        database
          .prepare<[], { instrument: string; window_end: number; time: number; ratio: number }>('SELECT * FROM arrivals')
          .all()
          .map(({ instrument, window_end, time, ratio }) => [`${instrument} ${window_end}`, `${time} ${ratio}`]),
      ),
      waveforms: bytes('snippets', 'samples'),
      'peak windows': bytes('peak_windows', 'samples'),
      relevances: bytes('relevances', 'relevance'),
    }
  } finally {
    database.close()
  }
}

/** One entry for each run of scores of an instrument: the score is compared bit by bit. */
function scoresOf(file: string): Map<string, string> {
  const reader = openScoreReader(file)
  const scores = new Map<string, string>()
  for (const instrument of reader.instruments()) {
    for (const { endTime, strideSeconds, scores: run } of reader.scores(instrument)) {
      const bits = new Uint32Array(run.buffer, run.byteOffset, run.length)
      for (const [index, each] of bits.entries()) {
        // No score is no entry, however the runs are cut.
        if (!Number.isNaN(run[index])) scores.set(`${instrument} ${endTime + index * strideSeconds * 1e6}`, String(each))
      }
    }
  }
  reader.close()
  return scores
}

/** Without what may differ between live and replay. */
function bare(json: string): string {
  const { seq: _seq, latency: _latency, ...rest } = JSON.parse(json) as DetectionWire
  return JSON.stringify(rest)
}

function short(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 300 ? `${text.slice(0, 300)}…` : text
}
