import { describe, expect, it } from 'vitest'
import { glitchReason, guessS, type RelevantWindow, relevanceFacts } from '../../../src/detection/relevance-facts.ts'
import { EXAMPLE_FACTS } from '../../helpers/example-detection.ts'
import { seededRandom } from '../../helpers/signals.ts'

const ROWS = 501
const RATE = 20

/** Noise with the onset in the middle; relevance given by row and column. */
function windowWith(relevanceAt: (row: number, column: number) => number, changes: Partial<RelevantWindow> = {}): RelevantWindow {
  const random = seededRandom(1)
  const samples = Float64Array.from({ length: ROWS * 3 }, () => random() - 0.5)
  return {
    relevance: Float32Array.from({ length: ROWS * 3 }, (_, i) => relevanceAt(Math.floor(i / 3), i % 3)),
    input: Float32Array.from(samples),
    samples,
    onsetRow: 200,
    gridRate: RATE,
    beta: 0,
    ...changes,
  }
}

describe('relevance facts', () => {
  it('say how much lies before the onset and where the centre of the rest is', () => {
    const facts = relevanceFacts(
      windowWith((row, column) => (column === 0 && (row === 100 || row === 300 || row === 240) ? 0.25 : 0)),
    )
    expect(facts.beforeOnset).toBeCloseTo(1 / 3, 4)
    expect(facts.centroidSeconds).toBeCloseTo(((100 + 300 + 240) / 3 - 200) / RATE, 4)
    expect(facts.conserved).toBe(0.75)
    expect(facts.components).toEqual([1, 0, 0])
    expect(facts.beta).toBe(0)
  })

  it('measure sizes, so that negative relevance counts as much as positive', () => {
    const facts = relevanceFacts(windowWith((row, column) => (row === 250 ? [3, -2, -1][column]! : 0)))
    expect(facts.components).toEqual([0.5, 0.3333, 0.1667])
    expect(facts.beforeOnset).toBe(0)
    expect(facts.conserved).toBe(0)
  })

  it('find a single spike by the share of a quarter of a second', () => {
    expect(relevanceFacts(windowWith((row) => (row === 321 ? 1 : 0))).spike).toBe(1)
    const even = relevanceFacts(windowWith(() => 1))
    expect(even.spike).toBeCloseTo(5 / ROWS, 4)
    expect(even.windowEdge).toBeCloseTo(40 / ROWS, 4)
    expect(even.components).toEqual([0.3333, 0.3333, 0.3333])
  })

  it('see relevance at the edge of a hole that a digitiser filled, and only there', () => {
    const hole = windowWith((row) => (row === 310 ? 1 : 0))
    for (let row = 300; row < 340; row++) hole.samples[row * 3 + 1] = 0.1
    expect(relevanceFacts(hole).flatEdge).toBe(1)
    const away = { ...hole, relevance: windowWith((row) => (row === 320 ? 1 : 0)).relevance }
    expect(relevanceFacts(away).flatEdge).toBe(0)
    expect(relevanceFacts(windowWith((row) => (row === 310 ? 1 : 0))).flatEdge).toBe(0)
  })

  it('see no edge in a component that is dead throughout', () => {
    const dead = windowWith((row) => (row < 20 ? 1 : 0))
    for (let row = 0; row < ROWS; row++) dead.samples[row * 3 + 2] = 0
    expect(relevanceFacts(dead).flatEdge).toBe(0)
  })

  it('are all zero where the relevance is zero everywhere', () => {
    const { sGuessSeconds: _guess, ...facts } = relevanceFacts(windowWith(() => 0))
    expect(facts).toEqual({
      beta: 0,
      conserved: 0,
      beforeOnset: 0,
      fromS: null,
      centroidSeconds: 0,
      spike: 0,
      flatEdge: 0,
      windowEdge: 0,
      components: [0, 0, 0],
    })
  })

  it('take an onset outside the window as it is', () => {
    expect(relevanceFacts(windowWith((row) => (row === 0 ? 1 : 0), { onsetRow: -20 }))).toMatchObject({
      beforeOnset: 0,
      centroidSeconds: 1,
    })
    expect(relevanceFacts(windowWith((row) => (row === 0 ? 1 : 0), { onsetRow: 600 }))).toMatchObject({
      beforeOnset: 1,
      centroidSeconds: -30,
      sGuessSeconds: null,
    })
  })

  it('give the share from S on', () => {
    const input = new Float32Array(ROWS * 3)
    for (let row = 0; row < ROWS; row++) input[row * 3 + 1] = (row % 2 ? 1 : -1) * (row < 200 ? 0.01 : row < 300 ? 0.1 : 1)
    const facts = relevanceFacts(windowWith((row) => (row === 250 ? 1 : row === 350 ? 3 : 0), { input }))
    expect(facts.sGuessSeconds).toBe(5)
    expect(facts.fromS).toBe(0.75)
  })
})

describe('the reason that a detection looks like a glitch', () => {
  it('is where its relevance is, when nearly all of it is in one place', () => {
    expect(glitchReason({ ...EXAMPLE_FACTS, spike: 0.9 })).toBe('relevance-in-one-spike')
    expect(glitchReason({ ...EXAMPLE_FACTS, spike: 0.9, flatEdge: 0.6 })).toBe('relevance-at-gap-edge')
    expect(glitchReason({ ...EXAMPLE_FACTS, windowEdge: 0.8 })).toBe('relevance-at-window-edge')
  })

  it('is missing for what earthquakes show', () => {
    expect(glitchReason({ ...EXAMPLE_FACTS, spike: 0.52, flatEdge: 0.31, windowEdge: 0.57 })).toBeUndefined()
  })
})

describe('the guess of S', () => {
  it('is null where the horizontals do not rise', () => {
    const random = seededRandom(2)
    expect(
      guessS(
        Float32Array.from({ length: ROWS * 3 }, () => random() - 0.5),
        200,
        RATE,
      ),
    ).toBeNull()
  })

  it('does not look at the vertical component', () => {
    const input = Float32Array.from({ length: ROWS * 3 }, (_, i) => (i % 3 === 0 && i > 900 ? 5 : 0.1))
    expect(guessS(input, 200, RATE)).toBeNull()
  })
})
