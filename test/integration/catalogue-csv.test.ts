import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { readCatalogueCsv } from '../../src/io/catalogue-csv.ts'

const NOON = Date.UTC(2020, 0, 2, 12) * 1000

describe('a catalogue in CSV', () => {
  it('reads time, station and magnitude and ignores other columns', () => {
    const text = 'place,time,magnitude,station\n"Lima, Peru",2020-01-02T12:00:00Z,4.5,IU_ANMO\n,2020-01-02 14:00:00.25+02:00,,\n'
    expect(read(text).events).toEqual([{ time: NOON, station: 'IU_ANMO', magnitude: 4.5 }, { time: NOON + 250_000 }])
  })

  it('reads where an earthquake was, its depth in kilometres or metres', () => {
    const rows = '2020-01-02T12:00:00,42.5,13.25,7.5,\n2020-01-02T12:00:00,42.5,13.25,,11000\n2020-01-02T12:00:00,42.5,,8,\n'
    const place = { latitude: 42.5, longitude: 13.25 }
    expect(read(`time,latitude,longitude,depth_km,depth_m\n${rows}`).events).toEqual([
      { time: NOON, place, depthKm: 7.5 },
      { time: NOON, place, depthKm: 11 },
      { time: NOON },
    ])
  })

  it('takes a time without a zone as UTC', () => {
    expect(read('time\n2020-01-02T12:00:00.000\n').events).toEqual([{ time: NOON }])
  })

  it('has no events when there is only a header', () => {
    expect(read('time,magnitude\n')).toEqual({ events: [], problems: [] })
  })

  it('names rows that say nonsense and reads the others', () => {
    const { events, problems } = read('time,station\nnoon,\n2020-01-02T12:00:00Z,ANMO\n2020-01-02T12:00:00Z,\n')
    expect(events).toEqual([{ time: NOON }])
    expect(problems.map(({ code, message, where }) => `${code} ${where?.split(':').at(-1)} ${message}`)).toEqual([
      'catalogue-row 2 expected time in ISO 8601, got "noon"',
      'catalogue-row 3 expected station as NET_STA, got "ANMO"',
    ])
  })

  it('refuses a file without a time column and a missing file', () => {
    expect(() => read('origin,magnitude\n')).toThrow(/expected a column time, got origin, magnitude/)
    expect(() => readCatalogueCsv('/none.csv', () => {})).toThrow(DatasetError)
  })
})

function read(text: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'catalogue-')), 'events.csv')
  writeFileSync(path, text)
  const problems: Problem[] = []
  const events = readCatalogueCsv(path, (problem) => problems.push(problem))
  return { events, problems }
}
