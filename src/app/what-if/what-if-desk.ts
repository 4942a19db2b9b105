import type { WhatIfAnswer, WhatIfEvents, WhatIfRequest, WhatIfSweep } from '../../contract/what-if.ts'
import type { WhatIfView } from '../../server/tuning-view.ts'
import { WhatIfThread } from './what-if-thread.ts'
import type { WhatIfWorkerData } from './what-if-worker.ts'

/**
 * What other settings would make of the stored scores, asked beside the pipeline. Two threads: whoever moves a slider must not wait for
 * events and curves of a moment ago.
 */
export class WhatIfDesk implements WhatIfView {
  readonly #quick: WhatIfThread
  readonly #patient: WhatIfThread

  constructor(data: WhatIfWorkerData) {
    this.#quick = new WhatIfThread(data)
    this.#patient = new WhatIfThread(data)
  }

  /** @throws {UsageError} for settings that a configuration may not have, too much at once, too many at a time {StoreError} */
  answer(request: WhatIfRequest): Promise<WhatIfAnswer> {
    return this.#quick.ask('answer', request)
  }

  /** @throws {UsageError} {StoreError} as `answer` does */
  events(request: WhatIfRequest): Promise<WhatIfEvents> {
    return this.#patient.ask('events', request)
  }

  /** @throws {UsageError} {StoreError} as `answer` does */
  sweep(request: WhatIfRequest): Promise<WhatIfSweep> {
    return this.#patient.ask('sweep', request)
  }

  async stop(): Promise<void> {
    await Promise.all([this.#quick.stop(), this.#patient.stop()])
  }
}
