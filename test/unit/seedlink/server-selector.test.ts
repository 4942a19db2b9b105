import { describe, expect, it } from 'vitest'
import { sourceIdFromNslc } from '../../../src/domain/source-id.ts'
import {
  filterFor,
  isSelected,
  parseV3Selector,
  parseV4Selector,
  type Selector,
  streamNameOf,
} from '../../../src/seedlink/server-selector.ts'

const hhz = streamNameOf(sourceIdFromNslc('XX', 'AAA', '00', 'HHZ'), '2D')
const noLocation = streamNameOf(sourceIdFromNslc('XX', 'AAA', '', 'BHN'), '3D')

function v3(...texts: string[]): Selector[] {
  return texts.map((text) => parseV3Selector(text) as Selector)
}

function v4(...texts: string[]): Selector[] {
  return texts.map((text) => parseV4Selector(text) as Selector)
}

describe('v3 selectors', () => {
  it.each(['HHZ', '00HHZ', 'HH?', '??HHZ', '0?H??', 'HH*', 'HHZ.D', 'D', '*', '!HHN', '!BH?'])('%s takes 00 HHZ data', (text) =>
    expect(isSelected(hhz, v3(text))).toBe(true),
  )

  it.each(['BHZ', '10HHZ', '--HHZ', 'HHZ.E', 'E', '!HHZ', '!00H??', '!D'])('%s does not take 00 HHZ data', (text) =>
    expect(isSelected(hhz, v3(text))).toBe(false),
  )

  it('-- means an empty location', () => {
    expect(isSelected(noLocation, v3('--BHN'))).toBe(true)
    expect(isSelected(noLocation, v3('00BHN'))).toBe(false)
  })

  it.each(['HHZZ', 'H*', '', 'HH', '00HHZ.DD', 'HHZ:3', '../../x'])('%j is no selector', (text) =>
    expect(parseV3Selector(text)).toBeUndefined(),
  )
})

describe('v4 selectors', () => {
  it.each(['00_H_H_Z', '*', '*_H_H_?', '0?_H_H_Z', '*.2D', '00_H_H_Z.2?', '*.2', '00_H_H_Z:native', '!_B_H_N'])(
    '%s takes 00_H_H_Z',
    (text) => expect(isSelected(hhz, v4(text))).toBe(true),
  )

  it.each(['_H_H_Z', '*.3D', '*.3', '*.D', '*.2E', 'HHZ', '!00_H_H_Z', '!*'])('%s does not take 00_H_H_Z', (text) =>
    expect(isSelected(hhz, v4(text))).toBe(false),
  )

  it('refuses a filter that is not offered, and nonsense', () => {
    expect(parseV4Selector('*_H_H_Z:4')).toMatchObject({ fault: 'UNSUPPORTED' })
    expect(parseV4Selector('!*_H_H_Z:3')).toMatchObject({ fault: 'ARGUMENTS' })
    expect(parseV4Selector('a b')).toMatchObject({ fault: 'ARGUMENTS' })
  })
})

describe('filters', () => {
  it('are those of the first pattern that names the stream', () => {
    const selectors = v4('!*_B_*', '*.2L:native', '00_*:3', '*')
    expect(filterFor(hhz, selectors)).toBe('3')
    expect(filterFor({ ...hhz, format: '2L' }, selectors)).toBe('native')
    expect(filterFor(noLocation, selectors)).toBe('native')
    expect(filterFor(hhz, [])).toBe('native')
  })
})

describe('several selectors', () => {
  it('joins positive ones and then takes negative ones away', () => {
    expect(isSelected(hhz, v3('BH?', 'HH?'))).toBe(true)
    expect(isSelected(hhz, v3('HH?', '!00HHZ'))).toBe(false)
    expect(isSelected(noLocation, v3('!00HHZ'))).toBe(true)
    expect(isSelected(hhz, [])).toBe(true)
  })
})
