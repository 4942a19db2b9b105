import { type Faults, faultsSchema } from '../contract/faults.ts'
import { UsageError } from '../domain/errors.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type Archive, type ArchiveProgress, openArchive } from '../io/archive/index.ts'
import { type ListenAddress, SeedlinkServer, type SeedlinkServerOptions } from '../io/seedlink/server.ts'
import type { DrillLog } from '../io/seedlink/server-drill-run.ts'
import type { RecordSource } from '../io/seedlink/server-source.ts'
import { version } from '../io/version.ts'
import { FaultySource } from './faults/faulty-source.ts'
import { TruthLog } from './faults/truth-log.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'

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

export interface ServeArchiveOptions extends Omit<ServeOptions, 'source' | 'drillLog'> {
  readonly paths: readonly string[]
  /** A drill: what goes wrong. */
  readonly faults?: Faults
  /** Where to write what was really sent, with faults or without. */
  readonly truthFile?: string
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
export async function serveArchive(options: ServeArchiveOptions): Promise<ServedArchive> {
  const { paths, onProgress, faults, truthFile, ...serverOptions } = options
  const archive = await openArchive(paths, { onProblem: options.onProblem, ...(onProgress ? { onProgress } : {}) })
  try {
    if (archive.recordCount === 0) throw new UsageError(`serve: expected miniSEED, got none in ${paths.join(', ')}`)
    const drill = startDrill(archive, options)
    const server = await startServer({ ...serverOptions, ...drill }).catch((error: unknown) => {
      drill.drillLog?.close()
      throw error
    })
    const close = async (): Promise<void> => {
      await server.close()
      drill.drillLog?.close()
      archive.close()
    }
    return { ...server, archive, close }
  } catch (error) {
    archive.close()
    throw error
  }
}

interface Drill {
  readonly source: RecordSource
  readonly drillLog?: DrillLog & { close(): void }
}

/** What stands between the archive and the server: nothing, unless there are faults or a truth file. */
function startDrill(archive: Archive, { faults, truthFile, clock = SYSTEM_CLOCK }: ArchiveDrillOptions): Drill {
  const source = faults ? new FaultySource(archive, faults) : archive
  if (truthFile === undefined) return faults ? { source, drillLog: NO_LOG } : { source }
  const records = archive.recordCount
  return { source, drillLog: new TruthLog({ file: truthFile, clock, records, faults: faults ?? faultsSchema.parse({}) }) }
}

type ArchiveDrillOptions = Pick<ServeArchiveOptions, 'faults' | 'truthFile'> & { readonly clock?: Clock }

const NO_LOG = { record() {}, cut() {}, restart() {}, flush() {}, close() {} }
