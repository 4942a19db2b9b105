import { rmSync, statSync, writeFileSync } from 'node:fs'

/**
 * Room for SQLite's log (4 MB before it is written back) and for the pages it then adds to the database. Without it a full disk
 * has no room even to delete.
 */
const RESERVE_BYTES = 8_000_000

/** A file beside the store that only takes up room, to be given back when the disk is full. */
export class DiskReserve {
  readonly #file: string

  constructor(storeFile: string) {
    this.#file = `${storeFile}-reserve`
  }

  /** @returns whether the room is set aside; false when there is none */
  keep(): boolean {
    try {
      if (this.#bytes !== RESERVE_BYTES) writeFileSync(this.#file, new Uint8Array(RESERVE_BYTES))
      return true
    } catch {
      // A part of a reserve would be taken from those who need it.
      this.release()
      return false
    }
  }

  /** @returns whether there was anything to give back */
  release(): boolean {
    const had = this.#bytes > 0
    rmSync(this.#file, { force: true })
    return had
  }

  get #bytes(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0
  }
}
