import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MonitorError } from '../../src/domain/errors.ts'
import { decodeRecord, parseHeader, readRecords } from '../../src/miniseed/index.ts'
import { referencePath } from '../helpers/reference.ts'

/** One line of libmseed 3.4.0's answers: a record, or (without `sid`) a stretch of bytes that are none. */
interface TruthLine {
  readonly file: string
  readonly offset: number
  readonly length: number
  readonly format_version?: number
  readonly sid?: string
  readonly start_ns?: string
  readonly rate?: number
  readonly npts?: number
  readonly encoding?: number
  readonly pub?: number
  readonly flags?: number
  readonly text?: string
  readonly sha256_f64?: string | null
  readonly error?: string
}

const TEXT_LENGTH_IN_TRUTH = 120

/**
 * All places (file, byte offset) where we answer something else than libmseed, with the reason. A difference that is not listed
 * fails the test, and so does a listed one that no longer occurs.
 */
const DIFFERENCES: readonly { readonly file: string; readonly offsets: readonly number[]; readonly reason: string }[] = [
  {
    file: 'libmseed/testdata-invalid-blockette-offsets.mseed2',
    offsets: [0],
    reason:
      'the chain of blockettes is broken before the encoding; both take Steim1, the data are Steim2; libmseed returns wrong samples, we refuse them by the last-sample check',
  },
  {
    file: 'obspy/infinite-loop.mseed',
    offsets: [0],
    reason:
      'the last-sample check of Steim2 fails (−236912 against −236956): libmseed warns and returns the samples, we refuse them',
  },
  {
    file: 'obspy/infinite-loop.mseed',
    offsets: [
      1024, 2426, 2938, 2994, 3506, 3579, 4091, 4603, 5659, 6171, 7171, 7683, 7930, 8442, 8954, 9737, 10249, 10289, 10801, 11032,
      11544, 12033, 12545, 12874, 13386, 13898, 14332, 14844, 14855, 15367, 15879, 16996, 17508, 18020,
    ],
    reason:
      'libmseed waits for the length of a header-like stretch until the file ends; we try every byte and find damaged records at odd offsets, whose samples are all refused',
  },
  {
    file: 'obspy/microsecond_wrap.mseed',
    offsets: [0],
    reason: 'a fraction of 10000 · 0.1 ms: libmseed 3 rejects the record, we carry into the next second as libmseed 2.19 does',
  },
]

describe('miniSEED reference files', () => {
  const truth = readTruth()
  const files = [...new Set(truth.map(({ file }) => file))]

  it('are all there', () => {
    expect(files).toHaveLength(144)
  })

  it('give the same records, times, rates and samples as libmseed, but for the listed differences', () => {
    const ours = new Map(files.flatMap(ourAnswers))
    const theirs = new Map(truth.map((line) => [placeOf(line.file, line.offset), theirAnswer(line)]))
    const places = [...new Set([...ours.keys(), ...theirs.keys()])]
    const different = places.filter((place) => ours.get(place) !== theirs.get(place))
    const listed = DIFFERENCES.flatMap(({ file, offsets }) => offsets.map((offset) => placeOf(file, offset)))
    expect(different.sort()).toEqual(listed.sort())
  })

  it('give the check value of the last sample where it fails', () => {
    const [record] = readAll('obspy/infinite-loop.mseed').records
    expect(() => decodeRecord(record?.bytes ?? new Uint8Array(0))).toThrow('to be -236956, got -236912')
  })
})

function readTruth(): TruthLine[] {
  const lines = readFileSync(referencePath('data', 'odd-mseed', 'libmseed3-truth.jsonl'), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line) as TruthLine)
}

function readAll(file: string) {
  const bytes = new Uint8Array(readFileSync(referencePath('data', 'odd-mseed', file)))
  const problems: { where?: string; message: string }[] = []
  const records = [...readRecords(bytes, { origin: file, onProblem: (problem) => problems.push(problem) })]
  return { records, problems }
}

/** Records and stretches that are none, by place, each as one comparable line. */
function ourAnswers(file: string): [string, string][] {
  const { records, problems } = readAll(file)
  return [
    ...records.map(({ bytes, offset }): [string, string] => [placeOf(file, offset), ourAnswer(bytes)]),
    ...problems.map(({ where, message }): [string, string] => {
      const offset = Number(where?.split(' byte ')[1])
      return [placeOf(file, offset), `no record in ${message.match(/got (\d+) bytes/)?.[1]} bytes`]
    }),
  ]
}

function ourAnswer(bytes: Uint8Array): string {
  const header = parseHeader(bytes)
  const { formatVersion, sourceId, startTime, sampleRate, sampleCount, encoding, publicationVersion, flags } = header
  const facts = [formatVersion, bytes.length, sourceId, startTime, sampleRate, sampleCount, encoding, publicationVersion, flags]
  return [...facts, payloadOf(bytes)].join(' ')
}

function payloadOf(bytes: Uint8Array): string {
  try {
    const { header, samples, text } = decodeRecord(bytes)
    return text === undefined || header.sampleCount === 0
      ? sha256(Float64Array.from(samples))
      : text.slice(0, TEXT_LENGTH_IN_TRUTH)
  } catch (error) {
    if (error instanceof MonitorError) return 'undecodable'
    throw error
  }
}

function theirAnswer(line: TruthLine): string {
  if (line.sid === undefined) return `no record in ${line.length} bytes`
  const { format_version, length, sid, start_ns, rate, npts, encoding, pub, flags = 0, text, sha256_f64, error } = line
  const payload = error === undefined ? (text ?? sha256_f64) : 'undecodable'
  return [format_version, length, sid, start_ns, rate, npts, encoding, pub, flags, payload].join(' ')
}

function placeOf(file: string, offset: number): string {
  return `${file} byte ${offset}`
}

function sha256(samples: Float64Array): string {
  return createHash('sha256').update(new Uint8Array(samples.buffer)).digest('hex')
}
