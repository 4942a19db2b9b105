import type { Worker } from 'node:worker_threads'
import type { WhatIfRequest } from '../../contract/what-if.ts'
import { StoreError, UsageError } from '../../domain/errors.ts'
import { startThread } from '../start-thread.ts'
import type { WhatIfResult, WhatIfTask, WhatIfWorkerData } from './what-if-worker.ts'

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** More than a few pages ask for by moving sliders. */
const MOST_WAITING = 32
/** Nobody asks any more: the memory goes back. */
const IDLE_MILLIS = 600_000

/** A thread that is started for the first question and ended when there have been none for a while. */
export class WhatIfThread {
  readonly #data: WhatIfWorkerData
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #number = 0

  constructor(data: WhatIfWorkerData) {
    this.#data = data
  }

  /** @throws {UsageError} {StoreError} */
  ask<Answer>(kind: WhatIfTask['kind'], request: WhatIfRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= MOST_WAITING) {
        reject(new UsageError(`what-if: expected at most ${MOST_WAITING} questions at a time, got one more; ask again later`))
        return
      }
      const number = this.#number++
      this.#waiting.set(number, { resolve, reject })
      this.#worker ??= this.#start()
      this.#worker.postMessage({ number, kind, request } satisfies WhatIfTask)
      clearTimeout(this.#idle)
      this.#idle = setTimeout(() => void this.stop(), IDLE_MILLIS).unref()
    })
  }

  /** What waits is refused. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    this.#rejectAll(new UsageError('what-if: expected a running monitor, got one that stops'))
    await worker?.terminate()
  }

  #start(): Worker {
    const worker = startThread(new URL('what-if-worker.ts', import.meta.url), this.#data)
    worker.on('message', (result: WhatIfResult) => {
      const waiting = this.#waiting.get(result.number)
      this.#waiting.delete(result.number)
      if ('answer' in result) waiting?.resolve(result.answer as never)
      else waiting?.reject(errorOf(result.failure))
    })
    // A defect in the thread must not end the monitor; the next question starts another one.
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#worker = undefined
      this.#rejectAll(error)
    })
    return worker
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

function errorOf({ code, message }: { code: string; message: string }): Error {
  if (code === 'USAGE') return new UsageError(message)
  return code === 'STORE' ? new StoreError(message) : new Error(message)
}
