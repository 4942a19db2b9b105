/**
 * Steim decompression, slow and obvious: words as strings of bits, cut as SEED 2.4 appendix B draws them. Big-endian frames only.
 * Returns as many samples as the frames hold, up to `sampleCount`; checks nothing.
 */
export function naiveSteim(generation: 1 | 2, frames: Uint8Array, sampleCount: number): number[] {
  const words = Array.from({ length: Math.floor(frames.length / 64) * 16 }, (_, word) =>
    Array.from(frames.subarray(4 * word, 4 * word + 4), (byte) => byte.toString(2).padStart(8, '0')).join(''),
  )
  const differences = words.flatMap((bits, index) => {
    const control = words[index - (index % 16)] ?? ''
    const code = control.slice(2 * (index % 16), 2 * (index % 16) + 2)
    return index % 16 === 0 ? [] : wordDifferences(generation, code, bits)
  })
  const samples: number[] = []
  for (const [index, difference] of differences.slice(0, sampleCount).entries()) {
    const before = samples[index - 1]
    samples.push(before === undefined ? signed(words[1] ?? '') : (before + difference) | 0)
  }
  return samples
}

function wordDifferences(generation: 1 | 2, code: string, bits: string): number[] {
  if (code === '00') return []
  if (code === '01') return cut(bits, 4, 8)
  if (generation === 1) return code === '10' ? cut(bits, 2, 16) : cut(bits, 1, 32)
  const layouts: Record<string, [number, number]> = {
    '1001': [1, 30],
    '1010': [2, 15],
    '1011': [3, 10],
    '1100': [5, 6],
    '1101': [6, 5],
    '1110': [7, 4],
  }
  const layout = layouts[code + bits.slice(0, 2)]
  return layout === undefined ? [] : cut(bits, ...layout)
}

/** The last `count` groups of `length` bits. */
function cut(bits: string, count: number, length: number): number[] {
  const start = 32 - count * length
  return Array.from({ length: count }, (_, index) => signed(bits.slice(start + index * length, start + (index + 1) * length)))
}

function signed(bits: string): number {
  const value = Number.parseInt(bits, 2)
  return bits.startsWith('1') ? value - 2 ** bits.length : value
}
