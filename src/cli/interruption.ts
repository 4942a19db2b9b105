export interface Interruption {
  readonly signal: AbortSignal
  /** Resolves with the first SIGINT or SIGTERM. */
  readonly interrupted: Promise<void>
  /** Signals end the process again. */
  release(): void
}

/** Listens for SIGINT and SIGTERM; a second one ends the process at once. */
export function untilInterrupted(): Interruption {
  const controller = new AbortController()
  const interrupted = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve())
  })
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    interrupted,
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
