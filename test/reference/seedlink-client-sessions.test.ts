/**
 * Every recorded stream through a whole client session: our own handshake, answered as the recorded server answers, then the
 * recorded bytes that followed.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { ClientSession, type SessionOutput } from '../../src/seedlink/client-session.ts'
import type { Piece } from '../../src/seedlink/packet-splitter.ts'
import { ResumePositions } from '../../src/seedlink/resume-positions.ts'
import { parseSelections } from '../../src/seedlink/selection.ts'
import { referencePath } from '../helpers/reference.ts'
import { cut, text } from '../helpers/seedlink-records.ts'
import { splitter } from '../helpers/seedlink-splitting.ts'

interface Recording {
  readonly file: string
  readonly facts: {
    readonly packets: number
    readonly stations: Readonly<Record<string, number>>
    readonly end: number
    readonly infos: unknown[]
  }
}

const index = JSON.parse(readFileSync(referencePath('reference', 'seedlink-transcripts', 'index.json'), 'utf8')) as {
  files: Recording[]
}
const streams = index.files
  .filter(({ facts }) => facts.packets > 0)
  .map((recording) => ({ ...recording, ...streamOf(recording.file) }))

describe.each(streams.filter(({ hasText }) => !hasText))('$file', ({ facts, bytes, protocol }) => {
  it.each([{ lengths: [65_536] }, { lengths: [7] }, { lengths: [1] }, { lengths: [3, 640, 1, 200, 11, 2, 1500] }])(
    'gives its packets, INFO and END to a session in pieces of $lengths',
    ({ lengths }) => {
      const outputs = play(protocol, Object.keys(facts.stations), cut(bytes, lengths))
      const kinds = outputs.map(({ kind }) => kind)
      expect(kinds.filter((kind) => kind === 'packet')).toHaveLength(facts.packets)
      expect(kinds.filter((kind) => kind === 'info').length).toBeLessThanOrEqual(facts.infos.length)
      expect(kinds.filter((kind) => kind === 'end')).toHaveLength(facts.end)
      expect(kinds).not.toContain('failed')
      expect(kinds).not.toContain('unselected')
    },
  )
})

describe.each(streams.filter(({ hasText }) => hasText))('$file, with text between the packets', ({ facts, bytes, protocol }) => {
  it('never gives what is no packet', () => {
    const outputs: SessionOutput[] = []
    try {
      outputs.push(...play(protocol, Object.keys(facts.stations), cut(bytes, [7])))
    } catch (error) {
      expect(error).toMatchObject({ code: 'SEEDLINK_PROTOCOL' })
    }
    expect(outputs.filter(({ kind }) => kind === 'packet').length).toBeLessThanOrEqual(facts.packets)
  })
})

/** A session that wants all the stations, handshaken, then fed. */
function play(protocol: 3 | 4, stations: readonly string[], chunks: readonly Uint8Array[]): SessionOutput[] {
  const outputs: SessionOutput[] = []
  const session = new ClientSession(
    {
      selections: parseSelections(stations).selections,
      positions: new ResumePositions(),
      recordLength: (record) => detectRecordLength(record),
      userAgent: 'test/1',
    },
    (output) => outputs.push(output),
  )
  session.start()
  session.receive(text(`SeedLink v${protocol}.0 (recorded)${protocol === 4 ? ' :: SLPROTO:4.0' : ''}\r\nrecorded\r\n`))
  const isStreaming = (): boolean => outputs.some(({ kind }) => kind === 'streaming')
  while (!isStreaming()) session.receive(text('OK\r\n'))
  for (const chunk of chunks) session.receive(chunk)
  return outputs
}

/** What the server sent from its first packet on. */
function streamOf(file: string): { bytes: Uint8Array; protocol: 3 | 4; hasText: boolean } {
  const all = readFileSync(referencePath('reference', 'seedlink-transcripts', file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { from: string; base64?: string })
    .filter((line) => line.from === 'server')
  const whole = Buffer.concat(all.map((line) => Buffer.from(line.base64 ?? '', 'base64')))
  const target = splitter()
  let start = -1
  let protocol: 3 | 4 = 3
  let hasText = false
  for (let at = 0; at < whole.length; at++) {
    target.push(whole.subarray(at, at + 1), (piece) => {
      if (start < 0 && piece.kind === 'packet') {
        start = at + 1 - sizeOf(piece)
        protocol = piece.protocol
      } else if (start >= 0 && (piece.kind === 'line' || piece.kind === 'error')) hasText = true
    })
  }
  return { bytes: whole.subarray(start), protocol, hasText }
}

/** On the wire. */
function sizeOf(packet: Piece & { kind: 'packet' }): number {
  return packet.protocol === 3 ? 8 + packet.bytes.length : 17 + packet.station.length + packet.bytes.length
}
