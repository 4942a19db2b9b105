import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Aedes } from 'aedes'
import { connectAsync } from 'mqtt'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openHooks } from '../../src/io/alerts/open-hooks.ts'
import { configOf, exampleAlert } from '../helpers/alert-office.ts'
import { SmtpServer } from '../helpers/smtp-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-hooks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function hookOf(text: string) {
  const hook = openHooks(configOf(folder, `hooks: { it: { ${text} } }\n`), {}, { now: () => 0 }).get('it')!
  closing.push(() => hook.close())
  return hook
}

const soon = () => AbortSignal.timeout(10_000)

describe('a command', () => {
  const script = (name: string, text: string) => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return `kind: command, command: ["${process.execPath}", "${file}", "; touch ${join(folder, 'owned')}"]`
  }

  it('reads the alert as JSON and gets its arguments as they are, without a shell', async () => {
    const out = join(folder, 'out.json')
    const text = `let s='';process.stdin.on('data',d=>s+=d).on('end',()=>require('fs').writeFileSync(${JSON.stringify(out)},JSON.stringify([process.argv[2],JSON.parse(s)])))`
    const alert = exampleAlert({ title: '$(touch owned) `touch owned`' })
    await hookOf(script('read.cjs', text)).send(alert, soon())
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual([`; touch ${join(folder, 'owned')}`, alert])
    expect(existsSync(join(folder, 'owned'))).toBe(false)
  })

  it('that fails is told with its exit code and last words', async () => {
    const hook = hookOf(script('fail.cjs', "console.error('first\\nno siren'); process.exitCode = 3"))
    await expect(hook.send(exampleAlert(), soon())).rejects.toMatchObject({
      message: 'alert: delivery to it failed: expected exit code 0, got 3 "no siren"',
      context: { status: 3 },
    })
  })

  it('that hangs is killed with its children', async () => {
    const pids = join(folder, 'pids')
    const text = `const c=require('child_process').spawn('sleep',['1000']);require('fs').writeFileSync(${JSON.stringify(pids)},process.pid+' '+c.pid);setInterval(()=>{},1000)`
    const hook = hookOf(`${script('hang.cjs', text)}, timeoutSeconds: 1`)
    await expect(hook.send(exampleAlert(), AbortSignal.timeout(1000))).rejects.toThrow(
      'expected an end within 1 s, got none; killed',
    )
    const [own, child] = readFileSync(pids, 'utf8').split(' ').map(Number) as [number, number]
    for (const pid of [own, child]) await gone(pid)
  })

  it('that floods its output does not flood the monitor', async () => {
    const text = 'const b=Buffer.alloc(1e6,120);let n=0;(function more(){if(n++<800)process.stderr.write(b,more)})()'
    const before = process.memoryUsage().rss
    await hookOf(script('flood.cjs', text)).send(exampleAlert(), AbortSignal.timeout(60_000))
    // Of 800 MB, what is read and not yet collected.
    expect(process.memoryUsage().rss - before).toBeLessThan(250e6)
  })

  it('that is not there, and one that reads nothing', async () => {
    await expect(hookOf('kind: command, command: [/no/such/program]').send(exampleAlert(), soon())).rejects.toThrow(
      'expected a program to run, got spawn /no/such/program ENOENT',
    )
    await hookOf('kind: command, command: ["true"]').send(exampleAlert({ title: 'x'.repeat(1_000_000) }), soon())
  })
})

describe('a mail', () => {
  const mailHook = (port: number) =>
    hookOf(
      `kind: mail, host: 127.0.0.1, port: ${port}, security: none, from: quake@example.org, to: [duty@example.org, b@example.org]`,
    )

  it('reaches everybody, once per alert for mail programs', async () => {
    const server = await SmtpServer.listen()
    closing.push(() => server.close())
    const hook = mailHook(server.port)
    await hook.send(exampleAlert(), soon())
    await hook.send(exampleAlert(), soon())
    await hook.send(exampleAlert({ key: 'other' }), soon())
    expect(server.mails.map(({ to }) => to)).toEqual(Array(3).fill(['duty@example.org', 'b@example.org']))
    const ids = server.mails.map(({ text }) => /^Message-ID: (.*)$/m.exec(text)?.[1])
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@example\.org>$/)
    expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false])
    expect(server.mails[0]!.text).toMatch(/^Subject: Quakewire: Earthquake at CI_CLC$/m)
    expect(server.mails[0]!.text).toMatch(/^X-Quakewire-Key: CI_CLC_00_HH-1\|open\|rule\|hook$/m)
  })

  it('that is refused is told with the code', async () => {
    const server = await SmtpServer.listen('451 come back later')
    closing.push(() => server.close())
    const hook = mailHook(server.port)
    await expect(hook.send(exampleAlert(), soon())).rejects.toMatchObject({ code: 'ALERT_DELIVERY', context: { status: 451 } })
    await hook.send(exampleAlert(), soon())
    expect(server.mails).toHaveLength(1)
  })

  it('to a server that is not there or says nothing fails in time', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const hook = hookOf(`kind: mail, host: 127.0.0.1, port: ${port}, security: none, from: a@b, to: [c@d], timeoutSeconds: 0.3`)
    await expect(hook.send(exampleAlert(), AbortSignal.timeout(300))).rejects.toThrow(
      'alert: delivery to it failed: expected a mail server',
    )
    await hook.close()
    silent.close()
    await once(silent, 'close')
    await expect(mailHook(port).send(exampleAlert(), soon())).rejects.toThrow(/ECONNREFUSED/)
  })
})

describe('MQTT', () => {
  async function broker() {
    const aedes = await Aedes.createBroker()
    const server = createServer(aedes.handle)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    closing.push(async () => {
      await new Promise<void>((resolve) => aedes.close(resolve))
      server.close()
    })
    return { aedes, url: `mqtt://127.0.0.1:${port}` }
  }

  it('publishes with confirmation, keeps the newest state, and leaves a last will', async () => {
    const { aedes, url } = await broker()
    const published: { topic: string; qos: number; retain: boolean; payload: string }[] = []
    aedes.on('publish', ({ topic, qos, retain, payload }, client) => {
      if (client) published.push({ topic, qos, retain, payload: payload.toString() })
    })
    const hook = hookOf(`kind: mqtt, url: "${url}", prefix: net/quake`)
    const alert = exampleAlert()
    await hook.send(alert, soon())
    while (published.length < 3) await once(aedes, 'publish')
    expect(published).toEqual([
      { topic: 'net/quake/status', qos: 1, retain: true, payload: 'online' },
      { topic: 'net/quake/alerts/detection/CI_CLC', qos: 1, retain: false, payload: JSON.stringify(alert) },
      { topic: 'net/quake/state/detection/CI_CLC', qos: 1, retain: true, payload: JSON.stringify(alert) },
    ])

    const heard: [string, string][] = []
    const reader = await connectAsync(url)
    closing.push(() => reader.endAsync(true))
    const offline = new Promise<void>((resolve) => {
      reader.on('message', (topic, payload) => {
        heard.push([topic, payload.toString().slice(0, 7)])
        if (payload.toString() === 'offline') resolve()
      })
    })
    await reader.subscribeAsync('net/quake/#', { qos: 1 })
    // The connection breaks without a goodbye.
    for (const client of Object.values(
      (aedes as unknown as { clients: Record<string, { conn: { destroy(): void }; will?: object }> }).clients,
    )) {
      if (client.will) client.conn.destroy()
    }
    await offline
    expect(heard).toContainEqual(['net/quake/status', 'offline'])
    expect(heard).toContainEqual(['net/quake/state/detection/CI_CLC', '{"type"'])
  })

  it('to a broker that is not there fails in time and says why', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    nobody.close()
    await once(nobody, 'close')
    const hook = hookOf(`kind: mqtt, url: "mqtt://127.0.0.1:${port}"`)
    await expect(hook.send(exampleAlert(), AbortSignal.timeout(300))).rejects.toThrow(
      /delivery to it failed: expected a connection to the broker, got none: .*ECONNREFUSED/,
    )
  })
})

describe('a file', () => {
  it('gets a line per alert, begins a line of its own after a cut one, and is put aside when it is long', async () => {
    const path = join(folder, 'deep', 'alerts.jsonl')
    const hook = hookOf('kind: file, path: deep/alerts.jsonl, maximumMegabytes: 0.001')
    await hook.send(exampleAlert({ key: 'a' }), soon())
    writeFileSync(path, '{"cut', { flag: 'a' })
    await hook.send(exampleAlert({ key: 'b' }), soon())
    const lines = readFileSync(path, 'utf8').split('\n')
    expect([JSON.parse(lines[0]!).key, lines[1], JSON.parse(lines[2]!).key, lines[3]]).toEqual(['a', '{"cut', 'b', ''])
    await hook.send(exampleAlert({ key: 'c' }), soon())
    await hook.send(exampleAlert({ key: 'd' }), soon())
    expect(existsSync(`${path}.1`)).toBe(true)
    expect(JSON.parse(readFileSync(path, 'utf8')).key).toBe('d')
  })
})

/** Resolves when there is no such process any more. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
      if (/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return
    } catch {
      return
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}
