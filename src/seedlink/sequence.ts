/** Largest sequence number of SeedLink v3: six hexadecimal digits. */
export const MAX_SEQUENCE_V3 = 0xffffffn

export type ProtocolVersion = 3 | 4

/**
 * The number to ask for after `sequence` was processed. v3 numbers have 24 bits and go from FFFFFF to 0; seven digits make
 * SeisComP refuse the request.
 */
export function nextSequence(sequence: bigint, protocol: ProtocolVersion): bigint {
  return protocol === 3 ? (sequence + 1n) & MAX_SEQUENCE_V3 : sequence + 1n
}

/** As it stands in `DATA`: six hexadecimal digits in v3, decimal in v4. */
export function formatSequence(sequence: bigint, protocol: ProtocolVersion): string {
  if (protocol === 4) return sequence.toString()
  return (sequence & MAX_SEQUENCE_V3).toString(16).toUpperCase().padStart(6, '0')
}
