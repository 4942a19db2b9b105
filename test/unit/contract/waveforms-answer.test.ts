import { describe, expect, it } from 'vitest'
import { decodeWaveformsAnswer, encodeWaveformsAnswer, type WaveformsAnswer } from '../../../src/contract/waveforms-answer.ts'

describe('waveforms answer', () => {
  const run = (startTime: number, values: number[]) => ({
    instrument: 'IU_ANMO_00_BH',
    startTime,
    rate: 20,
    samples: Float32Array.from(values),
  })
  const runs = [run(1_562_261_629_050_000, [1, 2, 3, 4, 5, 6]), run(1_562_261_640_000_000, [7, 8, 9])]

  const envelopes = [
    { instrument: 'IU_ANMO_00_BH', startTime: 1_562_261_628_000_000, rows: Float32Array.from([1, 2, 3, 4, 5, 6]) },
  ]

  it.each<WaveformsAnswer>([
    { kind: 'samples', runs },
    { kind: 'samples', runs: [] },
    { kind: 'extremes', secondsPerRow: 2, runs: envelopes },
    { kind: 'extremes', secondsPerRow: 2, runs: [] },
  ])('comes back as it was sent: $kind', (answer) => {
    expect(decodeWaveformsAnswer(encodeWaveformsAnswer(answer))).toEqual(answer)
  })

  it('has the documented layout: length, frame, length, frame', () => {
    const bytes = encodeWaveformsAnswer({ kind: 'samples', runs })
    const view = new DataView(bytes.buffer)
    const first = view.getUint32(0, true)
    expect(String.fromCharCode(...bytes.subarray(4, 8))).toBe('QWF1')
    expect(view.getUint32(4 + first, true)).toBe(bytes.length - first - 8)
    expect(String.fromCharCode(...bytes.subarray(8 + first, 12 + first))).toBe('QWF1')
  })

  it('refuses what is cut off', () => {
    const bytes = encodeWaveformsAnswer({ kind: 'samples', runs })
    expect(decodeWaveformsAnswer(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
    expect(decodeWaveformsAnswer(bytes.subarray(0, 2))).toBeUndefined()
  })
})
