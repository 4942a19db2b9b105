import type { Samples } from '../domain/trace.ts'

/** Of no samples. */
export const NO_SAMPLES = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Checksum of a channel's samples, in order, however they were cut into pieces: FNV-1a (Fowler, Noll, Vo) taken over 32-bit words
 * instead of bytes. A multiplication per word: nothing beside decoding them.
 *
 * @param before of the samples before these
 */
export function addToChecksum(before: number, { buffer, byteOffset, byteLength }: Samples): number {
  const words = new Int32Array(buffer, byteOffset, byteLength / 4)
  let hash = before
  for (let index = 0; index < words.length; index++) hash = Math.imul(hash ^ (words[index] as number), FNV_PRIME)
  return hash >>> 0
}
