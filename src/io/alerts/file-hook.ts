import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HookMessage } from '../../contract/alert.ts'
import type { FileHookConfig } from '../../contract/alert-config.ts'
import { deliveryError, type Hook } from './hook.ts'

/** Appends each message as a line of JSON, on disk when it is told. */
export class FileHook implements Hook {
  readonly kind = 'file'
  readonly name: string
  readonly #path: string
  readonly #maximumBytes: number

  /** @param config with an absolute path */
  constructor(name: string, { path, maximumMegabytes }: FileHookConfig) {
    this.name = name
    this.#path = path
    this.#maximumBytes = maximumMegabytes * 1e6
  }

  async send(message: HookMessage): Promise<void> {
    let file: FileHandle | undefined
    try {
      await mkdir(dirname(this.#path), { recursive: true })
      file = await open(this.#path, 'a+')
      const { size: before } = await file.stat()
      if (before > this.#maximumBytes) {
        await file.close()
        await rename(this.#path, `${this.#path}.1`)
        file = await open(this.#path, 'a+')
      }
      const { size } = await file.stat()
      // After a crash in the middle of a line the next one begins on its own.
      const isCut = size > 0 && (await lastByte(file, size)) !== NEWLINE
      await file.appendFile(`${isCut ? '\n' : ''}${JSON.stringify(message)}\n`)
      await file.sync()
    } catch (error) {
      throw deliveryError(this.name, `expected a file to append to, got ${(error as Error).message}`, {}, error)
    } finally {
      await file?.close()
    }
  }

  async close(): Promise<void> {}
}

const NEWLINE = 0x0a

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, size - 1)
  return byte[0]
}
