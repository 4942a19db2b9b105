import { setTimeout as pause } from 'node:timers/promises'

/** What a look sees: how far it has come, as JSON tells it, and the result once it is there. */
export interface Sight<T> {
  readonly progress: unknown
  readonly result?: T
}

export interface Patience {
  /** So long nothing may move. Default 600 s: a drill shares its machine. */
  readonly seconds?: number
  readonly lookMillis?: number
}

/**
 * Looks until the result is there, however long that takes, as long as something moves.
 *
 * @param awaited for the message, as in `expected ${awaited}, got …`
 * @throws {Error} when nothing has moved for too long, with what was seen last
 */
export async function untilDone<T>(
  awaited: string,
  look: () => Sight<T> | Promise<Sight<T>>,
  { seconds = 600, lookMillis = 20 }: Patience = {},
): Promise<T> {
  let last: string | undefined
  let moved = performance.now()
  for (;;) {
    const sight = await look()
    if (sight.result !== undefined) return sight.result
    const seen = JSON.stringify(sight.progress)
    if (seen !== last) {
      last = seen
      moved = performance.now()
    } else if (performance.now() - moved > seconds * 1000) {
      throw new Error(`expected ${awaited}, got nothing new for ${seconds} s; last seen: ${seen}`)
    }
    await pause(lookMillis)
  }
}

/** Fails when a promise is not settled in time. */
export async function inTime<T>(awaited: string, seconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`expected ${awaited}, got nothing in ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
