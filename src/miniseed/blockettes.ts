/** Where the blockettes that matter to us begin inside a miniSEED 2 record; 0 when absent. */
export interface BlocketteOffsets {
  /** Blockette 100: sample rate as float32. */
  sampleRate: number
  /** Blockette 1000: encoding, word order, record length. */
  dataOnly: number
  /** Blockette 1001: timing quality and microseconds. */
  dataExtension: number
  /** `cut`: the chain goes on behind the bytes at hand; `broken`: an offset points backwards. */
  chain: 'complete' | 'cut' | 'broken'
}

const FIXED_HEADER_LENGTH = 48
const FIRST_BLOCKETTE_FIELD = 46
const SHORTEST_BLOCKETTE = 4
const BLOCKETTE_100_LENGTH = 12
const BLOCKETTE_1000_LENGTH = 8

/**
 * Walks the chain of blockettes (SEED 2.4, fixed section of data header, fields 18 and "next blockette").
 * The chain may lie: offsets must grow, so the walk always ends; the announced number of blockettes is not believed.
 *
 * @param view the record, or as many bytes of it as are at hand (at least 48)
 */
export function findBlockettes(view: DataView, isLittleEndian: boolean): BlocketteOffsets {
  const found: BlocketteOffsets = { sampleRate: 0, dataOnly: 0, dataExtension: 0, chain: 'complete' }
  let offset = view.getUint16(FIRST_BLOCKETTE_FIELD, isLittleEndian)
  let lowest = FIXED_HEADER_LENGTH
  while (offset !== 0) {
    if (offset < lowest) {
      found.chain = 'broken'
      break
    }
    if (offset + SHORTEST_BLOCKETTE > view.byteLength) {
      found.chain = 'cut'
      break
    }
    const type = view.getUint16(offset, isLittleEndian)
    const length = type === 100 ? BLOCKETTE_100_LENGTH : BLOCKETTE_1000_LENGTH
    if ((type === 100 || type === 1000 || type === 1001) && offset + length > view.byteLength) {
      found.chain = 'cut'
      break
    }
    if (type === 100) found.sampleRate = offset
    else if (type === 1000) found.dataOnly = offset
    else if (type === 1001) found.dataExtension = offset
    lowest = offset + SHORTEST_BLOCKETTE
    offset = view.getUint16(offset + 2, isLittleEndian)
  }
  return found
}
