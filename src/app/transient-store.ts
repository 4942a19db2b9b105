import { detectionToWire } from '../contract/detection.ts'
import { eventToWire } from '../contract/event.ts'
import type { StoreBatch, StoredMessages } from '../io/store/store-batch.ts'

/** Stands in for the store when nothing is to be kept: numbers the messages and forgets everything. */
export class TransientStore {
  #seq = 0

  commit({ detections = [], events = [] }: StoreBatch): StoredMessages {
    return {
      messages: detections.map(({ detection, latency }) => detectionToWire(detection, { seq: ++this.#seq, latency })),
      events: events.map((event) => eventToWire(event, ++this.#seq)),
    }
  }

  close(): void {}
}
