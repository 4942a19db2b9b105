/** Servers: whoever read their output may leave, their work goes on. */
const STAYING = new Set(['run', 'serve', 'demo'])

/**
 * What happens when the reader of our output leaves (`quakewire replay --json … | head`): nobody wants the rest, so the command ends
 * quietly; a server goes on without output.
 */
export function endWithReader(called: string | undefined): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (called === undefined || !STAYING.has(called)) process.exit(0)
    })
  }
}
