/** Patterns against the stations that real servers listed, in all three forms of INFO. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { parseInfo } from '../../src/seedlink/info.ts'
import { PacketSplitter } from '../../src/seedlink/packet-splitter.ts'
import { parseSelections, selectionMatcher } from '../../src/seedlink/selection.ts'
import { expandWildcards } from '../../src/seedlink/shards.ts'
import { referencePath } from '../helpers/reference.ts'

describe.each([
  'info3-stations-sc-slinktool5',
  'info3-streams-sc-slinktool5',
  'info3-stations-rs-slinktool5',
  'info3-streams-rs-slinktool5',
  'info4-stations-rs-slinktool5',
  'info4-streams-rs-slinktool5',
])('%s', (session) => {
  const { stations } = recordedInfo(session)
  const listed = stations.map(({ stationId }) => stationId)

  it('finds every station of a network by its pattern, and none that is not listed', () => {
    expect(listed.length).toBeGreaterThan(0)
    expect(expanded('XX_*', listed)).toEqual(listed.filter((each) => each.startsWith('XX_')))
    expect(expanded('*_*_*_BH', listed)).toEqual(listed)
    expect(expanded('ZZ_*', listed)).toEqual([])
    for (const station of listed) expect(expanded(`${station.slice(0, -1)}?`, listed)).toContain(station)
  })

  it('takes for a pattern of channels just those of the listed streams', () => {
    const streams = stations.flatMap((station) => station.streams.map(({ sourceId }) => sourceId as string))
    const wanted = streams.filter(wants('XX_*_*_HH'))
    expect(wanted).toEqual(streams.filter((each) => /^FDSN:XX_[^_]*_[^_]*_H_H_/.test(each)))
    expect(streams.filter(wants('*_*_*_?H'))).toEqual(streams.filter((each) => /_H_[^_]*$/.test(each)))
    expect(wanted.length > 0).toBe(session.includes('streams'))
  })
})

function expanded(pattern: string, listed: Parameters<typeof expandWildcards>[1]): string[] {
  return expandWildcards(parseSelections([pattern]).selections, listed).selections.map(({ station }) => station)
}

function wants(pattern: string): (sourceId: string) => boolean {
  const [selection] = parseSelections([pattern]).selections
  return selectionMatcher(selection!)
}

function recordedInfo(session: string) {
  const lines = readFileSync(referencePath('reference', 'seedlink-transcripts', `${session}.jsonl`), 'utf8')
    .trim()
    .split('\n')
  const spoken = lines.map((line) => JSON.parse(line) as { from: string; base64: string })
  const splitter = new PacketSplitter((bytes) => detectRecordLength(bytes))
  let text = ''
  for (const { from, base64 } of spoken) {
    if (from !== 'server') continue
    splitter.push(Buffer.from(base64, 'base64'), (piece) => {
      if (piece.kind === 'info') text += new TextDecoder().decode(piece.bytes)
    })
  }
  return parseInfo(session.startsWith('info4') ? 'json' : 'xml', text)
}
