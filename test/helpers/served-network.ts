import { onTestFinished } from 'vitest'
import { type RunningServer, type ServeOptions, startServer } from '../../src/app/serve.ts'
import { SeedlinkTestClient } from './seedlink-test-client.ts'

/** A SeedLink server in this process, everything available at once; closed when the test is over. */
export async function serveRecords(options: Pick<ServeOptions, 'source'> & Partial<ServeOptions>): Promise<RunningServer> {
  const server = await startServer({ speed: Number.POSITIVE_INFINITY, ...options })
  onTestFinished(() => server.close())
  return server
}

/** A client of it that has said nothing yet. */
export async function visit({ port }: Pick<RunningServer, 'port'>): Promise<SeedlinkTestClient> {
  const client = await SeedlinkTestClient.connect(port)
  onTestFinished(() => client.close())
  return client
}
