import type { Samples } from '../domain/trace.ts'
import { allocateSamples, checkedSampleCount } from './decode-samples.ts'
import { sampleKindOf } from './encoding.ts'
import type { RecordHeader } from './record-header.ts'

const BYTES_PER_SAMPLE = 8
/** Ordinary records have at most some thousand samples. Longer ones get memory of their own, which is not kept. */
const MOST_SAMPLES = 65_536

/**
 * Memory for the samples of one record at a time: what was given out is overwritten for the next record. Memory of its own for
 * each record would cost twice as much as decoding it.
 */
export class SampleScratch {
  #buffer = new ArrayBuffer(0)

  /**
   * As `allocateSamples`, but valid only until the next call.
   *
   * @throws {MiniseedFormatError} when the header's sample count is not possible
   */
  allocate(header: RecordHeader): Samples {
    const length = checkedSampleCount(header)
    if (length > MOST_SAMPLES) return allocateSamples(header)
    if (this.#buffer.byteLength < length * BYTES_PER_SAMPLE) this.#buffer = new ArrayBuffer(length * BYTES_PER_SAMPLE)
    const kind = sampleKindOf(header.encoding)
    if (kind === 'float64') return new Float64Array(this.#buffer, 0, length)
    return kind === 'float32' ? new Float32Array(this.#buffer, 0, length) : new Int32Array(this.#buffer, 0, length)
  }
}
