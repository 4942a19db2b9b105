import { UsageError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type Archive, type ArchiveProgress, openArchive } from '../io/archive/index.ts'
import { type ListenAddress, SeedlinkServer, type SeedlinkServerOptions } from '../io/seedlink/server.ts'
import { version } from '../io/version.ts'

export interface ServeOptions extends Omit<SeedlinkServerOptions, 'software' | 'onProblem'> {
  /** Default: any free port of 127.0.0.1. */
  readonly listen?: ListenAddress
  readonly onProblem?: OnProblem
}

/** A server that is listening. */
export interface RunningServer {
  readonly host: string
  /** The port really taken. */
  readonly port: number
  /** Cuts all clients; resolves when the port is free again. The source stays open: it belongs to the caller. */
  close(): Promise<void>
}

/**
 * Serves records by SeedLink inside this process: what `quakewire serve` runs, and what `demo` and tests connect to.
 *
 * @throws {SeedlinkConnectionError} when the address cannot be had
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { listen = { host: '127.0.0.1', port: 0 }, ...serverOptions } = options
  const server = new SeedlinkServer({ ...serverOptions, software: `Quakewire/${version()}` })
  const { host, port } = await server.listen(listen)
  return { host, port, close: () => server.close() }
}

export interface ServeArchiveOptions extends Omit<ServeOptions, 'source'> {
  readonly paths: readonly string[]
  readonly onProgress?: (progress: ArchiveProgress) => void
  readonly onProblem: OnProblem
}

/** An archive that is being served. */
export interface ServedArchive extends RunningServer {
  readonly archive: Archive
}

/**
 * Opens archived miniSEED and serves it; `close` closes both.
 *
 * @throws {UsageError} when a path does not exist or holds no miniSEED
 * @throws {SeedlinkConnectionError} when the address cannot be had
 */
export async function serveArchive({ paths, onProgress, ...options }: ServeArchiveOptions): Promise<ServedArchive> {
  const archive = await openArchive(paths, { onProblem: options.onProblem, ...(onProgress ? { onProgress } : {}) })
  try {
    if (archive.recordCount === 0) throw new UsageError(`serve: expected miniSEED, got none in ${paths.join(', ')}`)
    const server = await startServer({ ...options, source: archive })
    const close = async (): Promise<void> => {
      await server.close()
      archive.close()
    }
    return { ...server, archive, close }
  } catch (error) {
    archive.close()
    throw error
  }
}
