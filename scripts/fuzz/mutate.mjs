/** New inputs from old ones: libFuzzer's kinds of change, from a seeded generator. */

/** Values at which readers of binary formats tend to break. */
const INTERESTING = [
  0, 1, 2, 7, 8, 16, 32, 63, 64, 65, 100, 127, 128, 255, 256, 511, 512, 1000, 4096, 0x7fff, 0x8000, 0xffff, 0x7fffffff,
  0x80000000, 0xffffffff,
]
/** The words of the protocol, the marks of the format. */
const WORDS = [
  'HELLO\r\n',
  'SLPROTO 4.0\r\n',
  'SLPROTO:4.0 ',
  'STATION AAA XX\r\n',
  'STATION XX_AAA\r\n',
  'SELECT 00HHZ\r\n',
  'SELECT *:3\r\n',
  'DATA\r\n',
  'DATA ALL\r',
  'DATA 0x1a2b 2020,1,2,3,4,5\r',
  'FETCH FFFFFF\r\n',
  'TIME 2020,1,2,3,4,5\r\n',
  'END',
  'END\r\n',
  'ENDFETCH\r\n',
  'BYE\r',
  'INFO ID\r\n',
  'INFO STREAMS\r\n',
  'CAPABILITIES EXTREPLY\r\n',
  'BATCH\r\n',
  'CAT\r\n',
  'USERAGENT a/1\r\n',
  'AUTH USERPASS u p\r\n',
  'OK\r\n',
  'ERROR\r\n',
  'ERROR\rUNEXPECTED x\r\n',
  'ERROR LIMIT x\r\n',
  'SeedLink v3.3 (2024.020)\r\nx\r\n',
  'SeedLink v4.0 (RingServer/4.5.3) :: SLPROTO:4.0 SLPROTO:3.1 CAP\r\nr\r\n',
  'SL00001A',
  'SLINFO *',
  'SLINFO  ',
  'SE2D',
  'SE3D',
  'SEJI',
  'MS\x03',
  '000001D ',
  '<seedlink ',
  '<station name="',
  '</seedlink>',
  '/>',
  '&amp;',
  '"station":[',
  '{"id":"',
  'FDSN:XX_A__H_H_Z',
  '\x03\xe8',
  '\x03\xe9',
  '\x00\x64',
].map((word) => Uint8Array.from(word, (letter) => letter.charCodeAt(0)))

/** A small generator of whole numbers (xorshift), so that a seed gives the same run again. */
export class Dice {
  #state

  constructor(seed) {
    this.#state = (seed * 2654435761) >>> 0 || 1
  }

  /** @returns 0 … below − 1 */
  roll(below) {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state >>> 0
    return this.#state % below
  }
}

/** @returns `input` after one to eight changes, at most `longest` bytes; `other` is a second input to take pieces from */
export function mutate(input, other, dice, longest) {
  let bytes = input
  for (let changes = 1 << dice.roll(4); changes > 0; changes--) bytes = CHANGES[dice.roll(CHANGES.length)](bytes, other, dice)
  return bytes.length > longest ? bytes.subarray(0, longest) : bytes
}

const CHANGES = [
  flipBit,
  setByte,
  setByte,
  setNumber,
  setNumber,
  addToNumber,
  remove,
  repeat,
  insertWord,
  insertWord,
  insertRandom,
  takeFromOther,
  truncate,
]

function flipBit(bytes, _, dice) {
  return edited(bytes, (copy) => (copy[dice.roll(copy.length)] ^= 1 << dice.roll(8)))
}

function setByte(bytes, _, dice) {
  return edited(bytes, (copy) => (copy[dice.roll(copy.length)] = dice.roll(256)))
}

function setNumber(bytes, _, dice) {
  const size = 1 << dice.roll(3)
  if (bytes.length < size) return bytes
  return edited(bytes, (copy) =>
    write(copy, dice.roll(copy.length - size + 1), size, INTERESTING[dice.roll(INTERESTING.length)], dice.roll(2) === 0),
  )
}

function addToNumber(bytes, _, dice) {
  return edited(bytes, (copy) => (copy[dice.roll(copy.length)] += dice.roll(35) - 17))
}

function remove(bytes, _, dice) {
  if (bytes.length < 2) return bytes
  const at = dice.roll(bytes.length)
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.roll(1 << dice.roll(10))))
}

function repeat(bytes, _, dice) {
  if (bytes.length === 0) return bytes
  const at = dice.roll(bytes.length)
  const piece = bytes.subarray(at, at + 1 + dice.roll(1 << dice.roll(10)))
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at))
}

function insertWord(bytes, _, dice) {
  return inserted(bytes, WORDS[dice.roll(WORDS.length)], dice)
}

function insertRandom(bytes, _, dice) {
  return inserted(
    bytes,
    Uint8Array.from({ length: 1 + dice.roll(64) }, () => dice.roll(256)),
    dice,
  )
}

function takeFromOther(bytes, other, dice) {
  if (other.length === 0) return bytes
  const from = dice.roll(other.length)
  const piece = other.subarray(from, from + 1 + dice.roll(other.length - from))
  if (dice.roll(2) === 0) return inserted(bytes, piece, dice)
  return edited(bytes, (copy) => {
    const at = dice.roll(copy.length)
    copy.set(piece.subarray(0, copy.length - at), at)
  })
}

function truncate(bytes, _, dice) {
  return bytes.subarray(0, dice.roll(bytes.length + 1))
}

function edited(bytes, edit) {
  if (bytes.length === 0) return bytes
  const copy = bytes.slice()
  edit(copy)
  return copy
}

function inserted(bytes, piece, dice) {
  const at = dice.roll(bytes.length + 1)
  return joined(bytes.subarray(0, at), piece, bytes.subarray(at))
}

function write(bytes, at, size, value, isLittleEndian) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (size === 1) view.setUint8(at, value)
  else if (size === 2) view.setUint16(at, value, isLittleEndian)
  else view.setUint32(at, value, isLittleEndian)
}

function joined(...parts) {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
