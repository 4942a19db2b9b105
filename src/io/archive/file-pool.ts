import { closeSync, openSync, readSync } from 'node:fs'

const MOST_OPEN_FILES = 64

/** Reads from any number of files with a bounded number of open ones: the least recently read is closed first. */
export class FilePool {
  /** Path → descriptor; a Map keeps its insertion order, so the first one is the one unused for longest. */
  readonly #descriptors = new Map<string, number>()
  #isClosed = false

  get openCount(): number {
    return this.#descriptors.size
  }

  /** Bytes of a file from `position` into all of `target`; fewer at the end of the file. @returns how many were read */
  read(path: string, target: Uint8Array, position: number): number {
    const descriptor = this.#descriptorOf(path)
    let length = 0
    while (length < target.length) {
      const step = readSync(descriptor, target, length, target.length - length, position + length)
      if (step === 0) break
      length += step
    }
    return length
  }

  /** Closes all files; reading afterwards is an error of the caller. */
  close(): void {
    this.#isClosed = true
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor)
    this.#descriptors.clear()
  }

  #descriptorOf(path: string): number {
    if (this.#isClosed) throw new TypeError('archive: expected it to be open, got a read after close')
    const known = this.#descriptors.get(path)
    this.#descriptors.delete(path)
    if (known === undefined && this.#descriptors.size >= MOST_OPEN_FILES) this.#closeOldest()
    const descriptor = known ?? openSync(path, 'r')
    this.#descriptors.set(path, descriptor)
    return descriptor
  }

  #closeOldest(): void {
    for (const [path, descriptor] of this.#descriptors) {
      this.#descriptors.delete(path)
      closeSync(descriptor)
      return
    }
  }
}
