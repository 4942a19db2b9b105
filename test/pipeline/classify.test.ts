import { of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Classifier } from '../../src/domain/ports.ts'
import type { InstrumentId } from '../../src/domain/source-id.ts'
import type { FrameGap, PreparedWindow, ScoredPiece } from '../../src/domain/window.ts'
import { classify } from '../../src/pipeline/classify.ts'

const instrument = 'XX_AAA_00_HH' as InstrumentId

function prepared(value: number, isUsable = true): PreparedWindow {
  const window = { kind: 'window' as const, instrument, firstIndex: 0, startTime: 0, samples: new Float64Array(3) }
  return { kind: 'prepared', window, input: Float32Array.of(value, value, value), isUsable }
}

/** Scores a window with its first sample and counts how often it is asked. */
class FirstSample implements Classifier {
  readonly windowLength = 1
  readonly channels = 3
  asked = 0

  classify(windows: Float32Array): Float32Array {
    this.asked++
    return windows.slice(0, 1)
  }
}

function scoresOf(pieces: readonly (PreparedWindow | FrameGap)[], classifier = new FirstSample()) {
  const seen: ScoredPiece[] = []
  of(...pieces)
    .pipe(classify(classifier))
    .subscribe((piece) => seen.push(piece))
  return { seen, classifier }
}

describe('classify', () => {
  it('gives each window its score, in order', () => {
    const { seen } = scoresOf([prepared(0.25), prepared(0.5)])
    expect(seen.map((piece) => piece.kind === 'scored' && piece.score)).toEqual([0.25, 0.5])
  })

  it('passes gaps in their place', () => {
    const gap: FrameGap = { kind: 'gap', instrument, cause: 'missing' }
    expect(scoresOf([prepared(0.25), gap, prepared(0.5)]).seen.map(({ kind }) => kind)).toEqual(['scored', 'gap', 'scored'])
  })

  it('scores a window without energy 0 and does not ask the network', () => {
    const { seen, classifier } = scoresOf([prepared(0.75, false)])
    expect(seen).toMatchObject([{ score: 0 }])
    expect(classifier.asked).toBe(0)
  })
})
