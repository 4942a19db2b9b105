import { parentPort, workerData } from 'node:worker_threads'
import type { WhatIfAnswer, WhatIfEvents, WhatIfRequest, WhatIfSweep } from '../../contract/what-if.ts'
import { MonitorError } from '../../domain/errors.ts'
import { openScoreReader } from '../../io/store/score-reader.ts'
import { type WhatIfSetup, WhatIfStudy } from './what-if-study.ts'

/** A thread with a connection of its own to the store, for reading: the pipeline never waits for it. */

export interface WhatIfWorkerData {
  /** Of the store. */
  readonly file: string
  readonly setup: WhatIfSetup
}

export interface WhatIfTask {
  readonly number: number
  readonly kind: 'answer' | 'events' | 'sweep'
  readonly request: WhatIfRequest
}

export type WhatIfResult = { readonly number: number } & (
  | { readonly answer: WhatIfAnswer | WhatIfEvents | WhatIfSweep }
  | { readonly failure: { readonly code: string; readonly message: string } }
)

const { file, setup } = workerData as WhatIfWorkerData
let study: WhatIfStudy | undefined

parentPort?.on('message', (task: WhatIfTask) => parentPort?.postMessage(resultOf(task)))

function resultOf({ number, kind, request }: WhatIfTask): WhatIfResult {
  try {
    study ??= new WhatIfStudy(openScoreReader(file), setup)
    return { number, answer: study[kind](request) }
  } catch (error) {
    if (error instanceof MonitorError) return { number, failure: { code: error.code, message: error.message } }
    if ((error as { code?: unknown }).code?.toString().startsWith('SQLITE_')) {
      return {
        number,
        failure: { code: 'STORE', message: `store: what-if could not read it: ${(error as Error).message} (${file})` },
      }
    }
    throw error
  }
}
