/** Every recorded session of the reference data, fed to the client's splitter in four chunkings. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { parseInfo } from '../../src/seedlink/info.ts'
import { PacketSplitter } from '../../src/seedlink/packet-splitter.ts'
import { headerKey, sourceIdOfKey } from '../../src/seedlink/record-header.ts'
import { referencePath } from '../helpers/reference.ts'
import { cut } from '../helpers/seedlink-records.ts'

interface Facts {
  readonly replies: readonly string[]
  readonly packets: number
  readonly stations: Readonly<Record<string, number>>
  readonly lengths: Readonly<Record<string, number>>
  readonly firstSeq: number | null
  readonly lastSeq: number | null
  readonly end: number
  readonly sha256Payloads?: string
  readonly infos: readonly { kind: string; packets: number; channel?: string; chars: number; stations: number; streams: number }[]
}

const index = JSON.parse(readFileSync(referencePath('reference', 'seedlink-transcripts', 'index.json'), 'utf8')) as {
  files: { file: string; facts: Facts }[]
}

describe.each(index.files)('$file', ({ file, facts }) => {
  const chunks = serverChunks(file)
  const whole = Buffer.concat(chunks)

  it('gives the packets, INFO answers, replies and END of the index in the recorded chunks', () => {
    const seen = observe(chunks)
    expect(seen.replies).toEqual(facts.replies.map((reply) => reply.replace(/\r?\n$/, '').replaceAll('\r', ' ')))
    expect(seen.sequences.length).toBe(facts.packets)
    expect(seen.stations).toEqual(facts.stations)
    expect(seen.lengths).toEqual(facts.lengths)
    expect([seen.sequences[0] ?? null, seen.sequences.at(-1) ?? null]).toEqual([facts.firstSeq, facts.lastSeq])
    expect(seen.ends).toBe(facts.end)
    if (facts.sha256Payloads !== undefined) expect(seen.sha256Payloads).toBe(facts.sha256Payloads)
    expect(seen.infos.map(({ stations, streams }) => ({ stations, streams }))).toEqual(
      facts.infos.map(({ stations, streams }) => ({ stations, streams })),
    )
    expect(seen.infos.map(({ length }) => length)).toEqual(facts.infos.map(({ chars }) => chars))
  })

  it('gives the same byte by byte, in sevens and at random cuts', () => {
    const expected = observe(chunks)
    expect(observe(cut(whole, [1]))).toEqual(expected)
    expect(observe(cut(whole, [7]))).toEqual(expected)
    expect(observe(cut(whole, randomLengths(file.length)))).toEqual(expected)
  })
})

function observe(chunks: readonly Uint8Array[]) {
  const splitter = new PacketSplitter((bytes) => detectRecordLength(bytes))
  const hash = createHash('sha256')
  const seen = {
    replies: [] as string[],
    sequences: [] as number[],
    stations: {} as Record<string, number>,
    lengths: {} as Record<string, number>,
    infos: [] as { isError: boolean; length: number; stations: number; streams: number }[],
    ends: 0,
    sha256Payloads: '',
  }
  let info = ''
  for (const chunk of chunks) {
    splitter.push(chunk, (piece) => {
      if (piece.kind === 'line' || piece.kind === 'error') seen.replies.push(piece.text)
      else if (piece.kind === 'end') seen.ends += 1
      else if (piece.kind === 'skipped') throw new Error(`${piece.length} bytes of the transcript belong to no packet`)
      else if (piece.kind === 'packet') {
        hash.update(piece.bytes)
        seen.sequences.push(Number(piece.sequence))
        const [network, station] = (sourceIdOfKey(headerKey(piece.bytes)) ?? '').slice(5).split('_')
        count(seen.stations, `${network}_${station}`)
        count(seen.lengths, String(piece.bytes.length))
      } else {
        info += new TextDecoder().decode(piece.bytes)
        if (!piece.isLast) return
        const { stations } = parseInfo(piece.format, info, piece.isError)
        const streams = stations.reduce((sum, station) => sum + station.streams.length, 0)
        seen.infos.push({ isError: piece.isError, length: info.length, stations: stations.length, streams })
        info = ''
      }
    })
  }
  return { ...seen, sha256Payloads: hash.digest('hex') }
}

function serverChunks(file: string): Buffer[] {
  return readFileSync(referencePath('reference', 'seedlink-transcripts', file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { from: string; base64?: string })
    .filter((line) => line.from === 'server' && line.base64)
    .map((line) => Buffer.from(line.base64 ?? '', 'base64'))
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}

/** Repeatable lengths from 1 to 997. */
function randomLengths(seed: number): number[] {
  let state = seed
  return Array.from({ length: 64 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return 1 + (state % 997)
  })
}
