import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { same } from '../../fuzz/same.ts'
import { seeds } from '../../fuzz/seeds.ts'
import { targets } from '../../fuzz/targets.ts'

describe.each(Object.entries(targets))('%s', (name, target) => {
  it('keeps its promises for whole, valid input', () => {
    expect(seeds[name]?.length).toBeGreaterThan(0)
    for (const seed of seeds[name] ?? []) target(seed)
  })

  it('keeps its promises for every input that fuzzing kept', () => {
    const inputs = corpusOf(name)
    expect(inputs.length).toBeGreaterThan(10)
    for (const input of inputs) target(input)
  })

  it('keeps its promises for bytes that make no sense', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (input) => target(input)))
  })
})

describe('the comparison of fuzzing', () => {
  it.each([
    ['another number', { a: [1, 2] }, { a: [1, 3] }],
    ['a missing key', { a: 1 }, {}],
    ['one other byte', new Uint8Array([1, 2]), new Uint8Array([1, 3])],
    ['another kind of array', new Int32Array(1), new Float32Array(1)],
  ])('sees %s', (_, got, expected) => {
    expect(() => same(got, expected, 'it')).toThrow('differs')
  })

  it('takes NaN for NaN', () => {
    expect(() => same({ a: Number.NaN }, { a: Number.NaN }, 'it')).not.toThrow()
  })
})

function corpusOf(name: string): Uint8Array[] {
  const file = new URL(`../../fuzz/corpus/${name}.txt`, import.meta.url)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => new Uint8Array(Buffer.from(line, 'base64')))
}
