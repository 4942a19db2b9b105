import { describe, expect, it } from 'vitest'
import { encodeEnvelopeFrame } from '../../../src/contract/envelope-frame.ts'
import { encodeWaveformFrame } from '../../../src/contract/waveform-frame.ts'
import { decodeWaveformsAnswer, joinWaveformFrames } from '../../../src/contract/waveforms-answer.ts'

describe('waveforms answer', () => {
  const run = (startTime: number, values: number[]) => ({
    instrument: 'IU_ANMO_00_BH',
    startTime,
    rate: 20,
    samples: Float32Array.from(values),
  })
  const runs = [run(1_562_261_629_050_000, [1, 2, 3, 4, 5, 6]), run(1_562_261_640_000_000, [7, 8, 9])]

  it('holds runs of samples one after the other', () => {
    const bytes = joinWaveformFrames(runs.map(encodeWaveformFrame))
    expect(decodeWaveformsAnswer(bytes)).toEqual({ kind: 'samples', runs })
  })

  it('holds no run when nothing is stored', () => {
    expect(decodeWaveformsAnswer(joinWaveformFrames([]))).toEqual({ kind: 'samples', runs: [] })
  })

  it('holds runs of extremes in one frame', () => {
    const envelopes = [
      { instrument: 'IU_ANMO_00_BH', startTime: 1_562_261_628_000_000, rows: Float32Array.from([1, 2, 3, 4, 5, 6]) },
    ]
    const bytes = encodeEnvelopeFrame({ secondsPerRow: 2, envelopes })
    expect(decodeWaveformsAnswer(bytes)).toEqual({ kind: 'extremes', secondsPerRow: 2, runs: envelopes })
  })

  it('refuses what is cut off', () => {
    const bytes = joinWaveformFrames(runs.map(encodeWaveformFrame))
    expect(decodeWaveformsAnswer(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
    expect(decodeWaveformsAnswer(bytes.subarray(0, 2))).toBeUndefined()
  })
})
