import { onTestFinished } from 'vitest'
import { RecordedClient } from './seedlink-recorder.ts'
import { type ConnectionScript, ScriptedServer, type ScriptedServerOptions } from './seedlink-server.ts'

/** A client of a server with a script; both are closed when the test is over. */
export async function run(
  scripts: readonly ConnectionScript[],
  options: Partial<ConstructorParameters<typeof RecordedClient>[0]> = {},
  serverOptions: ScriptedServerOptions = {},
): Promise<{ server: ScriptedServer; recorded: RecordedClient }> {
  const server = await ScriptedServer.listen(scripts, serverOptions)
  const recorded = new RecordedClient({ url: server.url, stations: ['XX_AAA'], ...options })
  onTestFinished(async () => {
    recorded.client.close()
    await server.close()
  })
  return { server, recorded }
}
