import { readFileSync } from 'node:fs'
import { UsageError } from '../domain/errors.ts'
import type { Shape } from '../nn/network.ts'

const BYTES_PER_FLOAT = 4

/**
 * A window file: float32, little-endian, row-major [rows, channels], already preprocessed.
 *
 * @throws {UsageError} when it cannot be read, has another size than the network's input, or values that are not finite
 */
export function readWindowFile(path: string, { rows, channels }: Shape): Float32Array {
  const bytes = readBytes(path)
  const expected = rows * channels * BYTES_PER_FLOAT
  if (bytes.length !== expected) {
    const shape = `${rows} × ${channels} float32 = ${expected} bytes`
    throw new UsageError(`window file: expected ${shape}, got ${bytes.length} (${path})`, { file: path, expected })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = Float32Array.from({ length: rows * channels }, (_, i) => view.getFloat32(i * BYTES_PER_FLOAT, true))
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return values
  const where = `row ${Math.floor(bad / channels)}, column ${bad % channels} of ${path}`
  throw new UsageError(`window file: expected finite values, got ${values[bad]} (${where})`, { file: path })
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    const got = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(cause)
    throw new UsageError(`window file: expected to read ${path}, got: ${got}`, { file: path }, cause)
  }
}
