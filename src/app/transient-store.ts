import { type DetectionWire, detectionToWire } from '../contract/detection.ts'
import type { StoreBatch } from '../io/store/store.ts'

/** Stands in for the store when nothing is to be kept: numbers the messages and forgets everything. */
export class TransientStore {
  #seq = 0

  commit({ detections = [] }: StoreBatch): { messages: DetectionWire[] } {
    return { messages: detections.map(({ detection, latency }) => detectionToWire(detection, { seq: ++this.#seq, latency })) }
  }

  close(): void {}
}
