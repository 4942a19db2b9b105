import { detectRecordLength } from '../../src/miniseed/record-length.ts'
import { PacketSplitter, type Piece } from '../../src/seedlink/packet-splitter.ts'

/** A piece that outlives its `push`. */
export type KeptPiece = Record<string, unknown>

export function splitter(): PacketSplitter {
  return new PacketSplitter((bytes) => detectRecordLength(bytes))
}

/** All pieces of the chunks, copied. */
export function split(chunks: readonly Uint8Array[], isStreaming = false): KeptPiece[] {
  const target = splitter()
  target.isStreaming = isStreaming
  const pieces: KeptPiece[] = []
  for (const chunk of chunks) target.push(chunk, (piece) => pieces.push(kept(piece)))
  return pieces
}

export function kept(piece: Piece): KeptPiece {
  return 'bytes' in piece ? { ...piece, bytes: Buffer.from(piece.bytes).toString('hex') } : { ...piece }
}
