import { of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { TriggerOutput } from '../../src/detection/trigger.ts'
import { gridIndexToMicros } from '../../src/domain/grid.ts'
import type { Explainer } from '../../src/domain/ports.ts'
import { explain } from '../../src/pipeline/explain.ts'
import type { Preprocessor } from '../../src/signal/preprocess.ts'
import { EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'

const RATE = 20
const FIRST_INDEX = (EXAMPLE_TIME / 1_000_000) * RATE

const halved: Preprocessor = (raw, out) => {
  out.set(raw.map((value) => value / 2))
  return true
}

/** Relevance is the window itself; one array for all calls, as the port allows. */
class Echo implements Explainer {
  readonly beta = 0.5
  calls = 0
  readonly #out = new Float32Array(300)

  relevance(window: Float32Array): Float32Array {
    this.calls++
    this.#out.set(window)
    return this.#out
  }
}

/** A window of five seconds whose only sample that is not zero lies in `row`, and an onset after one second. */
function detectionWith(row: number): TriggerOutput {
  const samples = new Float64Array(300)
  samples[row * 3] = 2
  const window = { firstIndex: FIRST_INDEX, samples }
  return { kind: 'detection', detection: exampleDetection(1), snippet: window, peakWindow: window }
}

const SUPPRESSED = { kind: 'suppressed', instrument: exampleDetection(0).instrument, on: 0, score: 1, reason: 'short' } as const

function explainedBy(explainer: Explainer | undefined, ...outputs: TriggerOutput[]): TriggerOutput[] {
  const seen: TriggerOutput[] = []
  of(...outputs)
    .pipe(explain(explainer, halved, RATE))
    .subscribe((output) => seen.push(output))
  return seen
}

describe('explain', () => {
  it('gives each detection the relevance of its preprocessed peak window and facts about it', () => {
    const [output] = explainedBy(new Echo(), detectionWith(60))
    expect(gridIndexToMicros(FIRST_INDEX, RATE)).toBe(EXAMPLE_TIME)
    expect(output).toMatchObject({
      detection: {
        reason: 'relevance-at-gap-edge',
        relevance: { beta: 0.5, centroidSeconds: 2, beforeOnset: 0, components: [1, 0, 0], spike: 1 },
      },
    })
    const { relevance } = output as { relevance: Float32Array }
    expect([...relevance.entries()].filter(([, value]) => value !== 0)).toEqual([[180, 1]])
  })

  it('keeps what it gave out when the explainer goes on', () => {
    const outputs = explainedBy(new Echo(), detectionWith(60), detectionWith(10))
    const places = outputs.map((output) => (output as { relevance: Float32Array }).relevance.indexOf(1))
    expect(places).toEqual([180, 30])
  })

  it('explains a window once when the detection closes with the one it opened with', () => {
    const echo = new Echo()
    const opening = detectionWith(60)
    const same = explainedBy(echo, opening, { ...opening })
    expect(echo.calls).toBe(1)
    expect(same[1]).toEqual(same[0])
    expect(explainedBy(echo, opening, detectionWith(60))).toEqual(same)
    expect(echo.calls).toBe(3)
  })

  it('changes nothing else of a detection', () => {
    const before = detectionWith(60)
    const [output] = explainedBy(new Echo(), before)
    const { relevance: _values, ...rest } = output as Extract<TriggerOutput, { kind: 'detection' }>
    const { relevance: _facts, reason: _reason, ...detection } = rest.detection
    expect({ ...rest, detection }).toEqual(before)
  })

  it('passes suppressed detections, and everything where nothing explains', () => {
    expect(explainedBy(new Echo(), SUPPRESSED)).toEqual([SUPPRESSED])
    const before = detectionWith(60)
    expect(explainedBy(undefined, before)[0]).toBe(before)
  })
})
