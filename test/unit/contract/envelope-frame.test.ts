import { describe, expect, it } from 'vitest'
import { decodeEnvelopeFrame, encodeEnvelopeFrame } from '../../../src/contract/envelope-frame.ts'
import { decodeWaveformFrame } from '../../../src/contract/waveform-frame.ts'

describe('envelope frame', () => {
  const frame = {
    secondsPerRow: 1,
    envelopes: [
      {
        instrument: 'IU_ANMO_00_BH',
        startTime: 1_562_261_629_000_000,
        rows: Float32Array.from([1, 2, 3, 4, 5, 6, -1, 2.5, 3, 4, 5, 6]),
      },
      { instrument: 'GE_APE__BH', startTime: 1_562_261_630_000_000, rows: Float32Array.from([-7, 8, 0, 0, 0, 0]) },
    ],
  }

  it('comes back as it was sent', () => {
    expect(decodeEnvelopeFrame(encodeEnvelopeFrame(frame))).toEqual(frame)
  })

  it('has the documented layout', () => {
    const bytes = encodeEnvelopeFrame(frame)
    const view = new DataView(bytes.buffer)
    expect(String.fromCharCode(...bytes.subarray(0, 4))).toBe('QWE1')
    expect(view.getUint32(4, true)).toBe(2)
    expect(view.getFloat64(8, true)).toBe(1)
    expect(view.getUint32(16, true)).toBe(36)
    expect(view.getUint32(20, true)).toBe(2)
    expect(view.getFloat64(24, true)).toBe(1_562_261_629_000_000)
    expect(view.getUint32(32, true)).toBe(13)
    expect(String.fromCharCode(...bytes.subarray(36, 49))).toBe('IU_ANMO_00_BH')
    expect(view.getFloat32(16 + 36 + 7 * 4, true)).toBe(2.5)
    expect(view.getUint32(16 + 36 + 12 * 4 + 4, true)).toBe(1)
    expect(bytes.length).toBe(16 + 36 + 48 + 32 + 24)
  })

  it('reads a frame that lies at any offset of a larger buffer', () => {
    const bytes = encodeEnvelopeFrame(frame)
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    expect(decodeEnvelopeFrame(larger.subarray(3))).toEqual(frame)
  })

  it('refuses other magic, truncated, lengthened and lying frames', () => {
    const bytes = encodeEnvelopeFrame(frame)
    expect(decodeWaveformFrame(bytes)).toBeUndefined()
    expect(decodeEnvelopeFrame(Uint8Array.from([0, ...bytes.subarray(1)]))).toBeUndefined()
    for (let length = 0; length < bytes.length; length++) expect(decodeEnvelopeFrame(bytes.subarray(0, length))).toBeUndefined()
    expect(decodeEnvelopeFrame(Uint8Array.from([...bytes, 0]))).toBeUndefined()
    for (const offset of [4, 16, 20, 32]) {
      const lying = bytes.slice()
      new DataView(lying.buffer).setUint32(offset, 5000, true)
      expect(decodeEnvelopeFrame(lying)).toBeUndefined()
    }
  })
})
