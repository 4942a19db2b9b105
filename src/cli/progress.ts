/** A progress bar on one line of a terminal; silent where there is none. */
export interface ProgressBar {
  /** @param share of the work done, 0 to 1 */
  update(share: number, note?: string): void
  /** Clears the line. */
  finish(): void
}

const WIDTH = 30

/** @param label what is being done, e.g. `synth` */
export function progressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { update() {}, finish() {} }
  let shown = ''
  return {
    update(share, note = '') {
      const done = Math.max(0, Math.min(1, share))
      const filled = Math.round(done * WIDTH)
      const line = `${label} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.floor(done * 100)).padStart(3)} % ${note}`
      const text = line.slice(0, stream.columns || 80)
      if (text === shown) return
      shown = text
      stream.write(`\r${text}\u001b[K`)
    },
    finish() {
      if (shown !== '') stream.write('\r\u001b[K')
    },
  }
}
