import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandLine } from '../helpers/command-line.ts'
import { syntheticRecords } from '../helpers/memory-source.ts'

describe('when the reader of the output leaves', () => {
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quakewire-pipe-'))
    writeFileSync(join(folder, 'one.mseed'), Buffer.concat(syntheticRecords({ nslc: 'XX.AAA.00.HHZ', seconds: 10 })))
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  it('a command ends quietly', async () => {
    const help = new CommandLine(['serve', '--help'])
    help.child.stdout?.destroy()
    expect(await help.exitCode()).toBe(0)
    expect(help.stderr).toBe('')
  })

  it('a server goes on', async () => {
    const port = await freePort()
    const server = new CommandLine(['serve', join(folder, 'one.mseed'), '--listen', `127.0.0.1:${port}`])
    // Before it has said where it listens.
    server.child.stderr?.destroy()
    await untilAnswering(port)
    await untilAnswering(port)
    expect(server.child.exitCode).toBeNull()
    expect(await server.kill('SIGTERM')).toBe(0)
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Until a SeedLink server answers; what it had to say on its output it has said by then. */
async function untilAnswering(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    socket.write('HELLO\r\n')
    const isAnswering = await once(socket, 'data').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isAnswering) return
    await pause(50)
  }
}
