import { describe, expect, it } from 'vitest'
import { dataCommand, selectCommands, stationCommand, timeCommand } from '../../../src/seedlink/commands.ts'
import { parseSelections } from '../../../src/seedlink/selection.ts'
import { formatSequence, nextSequence } from '../../../src/seedlink/sequence.ts'

const V4 = { protocol: 4, serverKind: 'other' } as const
const V3 = { protocol: 3, serverKind: 'other' } as const
const TIME = 1_767_225_600_900_000

describe('sequence numbers', () => {
  it('wrap after 24 bits in v3 and never in v4', () => {
    expect(nextSequence(0xffffffn, 3)).toBe(0n)
    expect(nextSequence(0xffffffn, 4)).toBe(0x1000000n)
    expect(nextSequence(2n ** 60n, 4)).toBe(2n ** 60n + 1n)
  })

  it('are six hexadecimal digits in v3, decimal in v4', () => {
    expect(formatSequence(11n, 3)).toBe('00000B')
    expect(formatSequence(0x1000001n, 3)).toBe('000001')
    expect(formatSequence(11n, 4)).toBe('11')
  })
})

describe('commands', () => {
  it('name a station in two words or in one', () => {
    expect(stationCommand('IU_ANMO', 3)).toBe('STATION ANMO IU')
    expect(stationCommand('IU_ANMO', 4)).toBe('STATION IU_ANMO')
  })

  it('select instruments in the words of the server', () => {
    const selection = selectionOf('IU_ANMO_00_BH', 'IU_ANMO__LH', 'IU_ANMO_1_HN')
    expect(selectCommands(selection, V4)).toEqual(['SELECT 00_B_H_? _L_H_? 1_H_N_?'])
    expect(selectCommands(selection, V3)).toEqual(['SELECT 00BH?', 'SELECT LH?', 'SELECT HN?'])
    expect(selectCommands(selection, { protocol: 3, serverKind: 'ringserver' })).toContain('SELECT --LH?')
  })

  it('select nothing where everything is wanted, or where five characters cannot say it', () => {
    expect(selectCommands(selectionOf('IU_ANMO'), V4)).toEqual([])
    expect(selectCommands(selectionOf('IU_ANMO_00_BH', 'IU_ANMO_00_B_XYZ'), V3)).toEqual([])
  })

  it('keep lines within 255 bytes', () => {
    const texts = Array.from({ length: 99 }, (_, index) => `IU_ANMO_${index + 10}_BH`)
    const lines = selectCommands(selectionOf(...texts), V4)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(253)
    expect(lines.flatMap((line) => line.split(' ').slice(1))).toHaveLength(99)
  })

  it('ask for the packet after the last, with its time for ringserver only', () => {
    expect(dataCommand(undefined, V4)).toBe('DATA')
    expect(dataCommand({ sequence: 10n, time: TIME }, V4)).toBe('DATA 11')
    expect(dataCommand({ sequence: 10n, time: TIME }, V3)).toBe('DATA 00000B')
    expect(dataCommand({ sequence: 10n, time: TIME }, { protocol: 4, serverKind: 'ringserver' })).toBe(
      'DATA 11 2026-01-01T00:00:00Z',
    )
    expect(dataCommand({ sequence: 10n, time: TIME }, { protocol: 3, serverKind: 'ringserver' })).toBe(
      'DATA 00000B 2026,1,1,0,0,0',
    )
    expect(dataCommand({ sequence: 10n }, { protocol: 4, serverKind: 'ringserver' })).toBe('DATA 11')
  })

  it('ask for a time span', () => {
    expect(timeCommand({ start: TIME }, 3)).toBe('TIME 2026,1,1,0,0,0')
    expect(timeCommand({ start: TIME, end: TIME + 60e6 }, 4)).toBe('DATA ALL 2026-01-01T00:00:00Z 2026-01-01T00:01:01Z')
  })
})

function selectionOf(...texts: string[]) {
  const selection = parseSelections(texts).selections[0]
  if (!selection) throw new Error('no selection')
  return selection
}
