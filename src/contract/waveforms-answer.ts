import { decodeEnvelopeFrame, type Envelope, encodeEnvelopeFrame } from './envelope-frame.ts'
import { decodeWaveformFrame, encodeWaveformFrame, type WaveformFrame } from './waveform-frame.ts'

/**
 * GET /api/waveforms?instrument=…&from=…&to=…[&maximumPoints=…]: stored three-component samples on the model's grid, oldest first,
 * a new run after each gap. Binary, `application/octet-stream`:
 *
 * - the samples, when there are at most `maximumPoints` grid points in the span or none is given: each run is a waveform frame
 *   (`QWF1`, waveform-frame.ts) preceded by its length in bytes as uint32, little-endian;
 * - otherwise at most `maximumPoints` rows of extremes in one envelope frame (`QWE1`, envelope-frame.ts). Rows lie on multiples
 *   of their length since 1970, so that they do not flicker while a page scrolls.
 *
 * An empty answer: nothing is stored there. The newest seconds are on their way to the store; the feed has them.
 */
export type WaveformsAnswer =
  | { readonly kind: 'samples'; readonly runs: readonly WaveformFrame[] }
  | { readonly kind: 'extremes'; readonly secondsPerRow: number; readonly runs: readonly Envelope[] }

/** Of GET /api/waveforms: how far `to` may be after `from`. */
export const LONGEST_WAVEFORMS_SECONDS = 7200

const LENGTH_BYTES = 4

/** @returns undefined when the bytes are none of ours */
export function decodeWaveformsAnswer(bytes: Uint8Array): WaveformsAnswer | undefined {
  const extremes = decodeEnvelopeFrame(bytes)
  if (extremes) return { kind: 'extremes', secondsPerRow: extremes.secondsPerRow, runs: extremes.envelopes }
  const runs: WaveformFrame[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.length) {
    if (at + LENGTH_BYTES > bytes.length) return undefined
    const end = at + LENGTH_BYTES + view.getUint32(at, true)
    const frame = end > bytes.length ? undefined : decodeWaveformFrame(bytes.subarray(at + LENGTH_BYTES, end))
    if (!frame) return undefined
    runs.push(frame)
    at = end
  }
  return { kind: 'samples', runs }
}

export function encodeWaveformsAnswer(answer: WaveformsAnswer): Uint8Array<ArrayBuffer> {
  if (answer.kind === 'samples') return joinWaveformFrames(answer.runs.map(encodeWaveformFrame))
  return encodeEnvelopeFrame({ secondsPerRow: answer.secondsPerRow, envelopes: answer.runs })
}

/** Waveform frames, each preceded by its length. */
export function joinWaveformFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(frames.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0))
  const view = new DataView(joined.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.length, true)
    joined.set(frame, at + LENGTH_BYTES)
    at += LENGTH_BYTES + frame.length
  }
  return joined
}
