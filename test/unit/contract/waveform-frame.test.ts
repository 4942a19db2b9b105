import { describe, expect, it } from 'vitest'
import { decodeWaveformFrame, encodeWaveformFrame } from '../../../src/contract/waveform-frame.ts'

describe('waveform frame', () => {
  const frame = {
    instrument: 'IU_ANMO_00_BH',
    startTime: 1_562_261_629_050_000,
    rate: 20,
    samples: Float64Array.from([1, -2, 3.5, 4, 5, -6]),
  }

  it('comes back as it was sent', () => {
    expect(decodeWaveformFrame(encodeWaveformFrame(frame))).toEqual({ ...frame, samples: Float32Array.from(frame.samples) })
  })

  it('has the documented layout', () => {
    const bytes = encodeWaveformFrame(frame)
    const view = new DataView(bytes.buffer)
    expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe('QWF1')
    expect(view.getUint32(4, true)).toBe(48)
    expect(view.getFloat64(8, true)).toBe(frame.startTime)
    expect(view.getFloat64(16, true)).toBe(20)
    expect(view.getUint32(24, true)).toBe(2)
    expect(String.fromCharCode(...bytes.subarray(32, 45))).toBe(frame.instrument)
    expect(view.getFloat32(48 + 2 * 4, true)).toBe(3.5)
  })

  it('reads a frame that lies at any offset of a larger buffer', () => {
    const bytes = encodeWaveformFrame(frame)
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    expect(decodeWaveformFrame(larger.subarray(3))?.samples[4]).toBe(5)
  })

  it('refuses other magic, truncated and lying frames', () => {
    const bytes = encodeWaveformFrame(frame)
    expect(decodeWaveformFrame(bytes.subarray(0, 20))).toBeUndefined()
    expect(decodeWaveformFrame(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
    expect(decodeWaveformFrame(Uint8Array.from([0, ...bytes.subarray(1)]))).toBeUndefined()
    const lying = bytes.slice()
    new DataView(lying.buffer).setUint32(28, 5000, true)
    expect(decodeWaveformFrame(lying)).toBeUndefined()
  })
})
