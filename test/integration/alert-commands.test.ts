import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { clockOffsetSeconds } from '../../src/io/network-time.ts'
import { openOffice } from '../helpers/alert-office.ts'
import { AlertReceiver, answer } from '../helpers/alert-receiver.ts'
import { CommandLine } from '../helpers/command-line.ts'
import { exampleDetection } from '../helpers/example-detection.ts'
import { writeConfig } from '../helpers/live-run.ts'
import { ScriptedServer } from '../helpers/seedlink-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-alert-commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function output(...args: string[]): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  const command = new CommandLine(args)
  const code = await command.exitCode()
  return { code, lines: command.stdout.trimEnd().split('\n'), stderr: command.stderr }
}

describe('doctor', { timeout: 60_000 }, () => {
  it('passes what works, fails what does not with what to do, and exits with the code of the first failure', async () => {
    const info = (stations: string) => ({
      protocol: 3 as const,
      info: `<?xml version="1.0"?>\n<seedlink software="scripted 1" organization="x">${stations}</seedlink>`,
    })
    const both = ['AAA', 'BBB'].map((name) => `<station name="${name}" network="XX"/>`).join('')
    const server = await ScriptedServer.listen([
      info(both),
      info(both),
      info('<station name="AAA" network="XX"/>'),
      info('<station name="AAA" network="XX"/>'),
    ])
    const receiver = await AlertReceiver.listen(answer(200))
    const stations = ['XX_AAA_00_HH', 'XX_BBB_00_HH']
    const hooks = `hooks:
  good: { kind: webhook, url: "${receiver.url}", allowPrivate: true }
  bad: { kind: command, command: ["false"] }`
    const config = writeConfig(folder, [{ port: server.port, stations }], hooks)
    const good = await output('doctor', '--config', config, '--time-server', '127.0.0.1:9')
    const results = good.lines.map((line) => line.replace(/:\d{4,5}/g, ':PORT').replaceAll(folder, 'FOLDER'))
    expect(results.map((line) => line.split(':')[0])).toEqual([
      'PASS configuration',
      'PASS model',
      'PASS disk',
      'SKIP clock',
      'PASS server seedlink',
      'PASS hook good',
      'FAIL hook bad',
      expect.stringMatching(/(PASS|FAIL) page/),
    ])
    expect(results[4]).toBe('PASS server seedlink://127.0.0.1:PORT: scripted 1; has all 2 stations')
    expect(results[6]).toBe('FAIL hook bad: alert: delivery to bad failed: expected exit code 0, got 1')
    expect(good.code).toBe(3)
    expect(receiver.received[0]!.json).toMatchObject({ kind: 'test', rule: 'doctor' })

    const second = await output('doctor', '--config', config, '--time-server', '127.0.0.1:9')
    expect(second.lines[4]).toMatch(/^FAIL server .*: expected 2 stations, got 1: XX_BBB not there; ask the operator/)
    await receiver.close()
    await server.close()
  })

  it('says which instruments and components a server does not have, and what it has instead', async () => {
    const streams = ['HHZ', 'HHN', 'HHE', 'BHZ'].map((code) => `<stream location="00" seedname="${code}" type="D"/>`).join('')
    const station = `<station name="AAA" network="XX">${streams}</station>`
    const info = `<?xml version="1.0"?>\n<seedlink software="scripted 1" organization="x">${station}</seedlink>`
    const server = await ScriptedServer.listen([{ protocol: 3, info }])
    const stations = ['XX_AAA_00_HH', 'XX_AAA_10_HH', 'XX_AAA_00_BH']
    const config = writeConfig(join(folder, 'instruments'), [{ port: server.port, stations }])
    const { lines, code } = await output('doctor', '--config', config, '--time-server', '127.0.0.1:9')
    expect(code).toBe(3)
    expect(lines.find((line) => line.includes('server seedlink'))?.replace(/:\d{4,5}/, ':PORT')).toBe(
      'FAIL server seedlink://127.0.0.1:PORT: expected XX_AAA_10_HH: it has XX_AAA_00_BH (Z), XX_AAA_00_HH (ENZ), not XX_AAA_10_HH; ask for what it has; ' +
        'expected three components of XX_AAA_00_BH, got Z: it will not be scored; ask for another instrument, or its operator',
    )
    await server.close()
  })

  it('says all that is wrong with a configuration and tries nothing then', async () => {
    const config = writeConfig(
      join(folder, 'broken'),
      [{ port: 1, stations: ['XX_AAA_00_HH'] }],
      'hooks: { a: { kind: pigeon } }\ntriger: 1',
    )
    const { code, lines } = await output('doctor', '--config', config)
    expect(code).toBe(2)
    expect(lines[0]).toMatch(/^FAIL configuration: .*2 faults/)
    expect(lines).toHaveLength(3)
  })
})

describe('clockOffsetSeconds', () => {
  it('reads how far a clock is off from a time server', async () => {
    const server = createSocket('udp4')
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    const now = 1_600_000_000
    server.on('message', (_request, { port, address }) => {
      const reply = Buffer.alloc(48)
      reply[0] = 0x24
      reply[1] = 2
      for (const offset of [32, 40]) {
        reply.writeUInt32BE(now + 2_208_988_800 + 7, offset)
        reply.writeUInt32BE(2 ** 31, offset + 4)
      }
      server.send(reply, port, address)
    })
    const offset = await clockOffsetSeconds(`127.0.0.1:${server.address().port}`, { now: () => now * 1e6 })
    expect(offset).toBeCloseTo(7.5, 6)
    server.close()
  })
})

describe('alerts', { timeout: 60_000 }, () => {
  it('lists, sends dead letters again and acknowledges beside the running monitor', async () => {
    const receiver = await AlertReceiver.listen(answer(422))
    const path = join(folder, 'office')
    mkdirSync(path, { recursive: true })
    const office = openOffice(
      path,
      `hooks: { web: { kind: webhook, url: "${receiver.url}", allowPrivate: true } }\nalerts: [{ name: all, when: [detection], to: [web] }]\n`,
    )
    const db = join(path, 'quakewire.db')
    office.store.commit({ detections: [{ detection: exampleDetection(0), latency: {} }] })
    office.desk.wake()
    while (office.desk.deliveries({ limit: 1, state: 'dead' }).length === 0) await new Promise((resolve) => setImmediate(resolve))
    const listed = await output('alerts', 'list', '--db', db, '--state', 'dead')
    expect(listed.lines[0]).toMatch(/^1 dead \S+Z all → web, 1 attempt: Earthquake at CI_CLC, .* \[CI_CLC_00_HH-/)
    expect(listed.lines[1]).toBe('    alert: delivery to web failed: expected status 2xx, got 422')
    receiver.behaviour = answer(200)
    expect((await output('alerts', 'resend', '1', '--db', db)).lines).toEqual(['1 alerts are sent again'])
    await receiver.requests(2)
    const subject = exampleDetection(0).id
    expect((await output('alerts', 'acknowledge', subject, '--by', 'Ann', '--db', db)).lines).toEqual([
      `${subject}: acknowledged by Ann`,
    ])
    const unknown = await output('alerts', 'acknowledge', 'nobody', '--by', 'Ann', '--db', db)
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('expected a subject that somebody was told of, got nobody'),
    ])
    await office.close()
    await receiver.close()
  })
})

describe('a live run with hooks', { timeout: 60_000 }, () => {
  it('tells of a lost server, once over a restart, and that it is alive; shows hooks in its health, and no secret', async () => {
    const gone = await ScriptedServer.listen([])
    const { port } = gone
    await gone.close()
    const receiver = await AlertReceiver.listen(answer(200))
    const more = `hooks:
  web: { kind: webhook, url: "\${ENV:HOOK_URL}", allowPrivate: true }
  dead: { kind: webhook, url: "http://127.0.0.1:9/\${ENV:HOOK_TOKEN}", allowPrivate: true }
alerts: [{ name: outages, when: [server], severity: critical, to: [web, dead] }]
watchdog: { heartbeat: [web], heartbeatSeconds: 1, serverSeconds: 1 }`
    const config = writeConfig(join(folder, 'live'), [{ port, stations: ['XX_AAA_00_HH'] }], more)
    const command = new CommandLine(['run', '--config', config], { HOOK_URL: receiver.url, HOOK_TOKEN: 'sesame' })
    const [, url] = await command.shows(/Dashboard: (http\S+)/)
    const alerts = () => receiver.received.map(({ json }) => json).filter(({ type }) => type === 'alert')
    while (alerts().length < 1) await receiver.requests(receiver.received.length + 1)
    expect(alerts()[0]).toMatchObject({ kind: 'server', phase: 'begin', state: 'lost', severity: 'critical' })
    expect(receiver.received.some(({ json }) => json.type === 'heartbeat' && json.everySeconds === 1)).toBe(true)

    const health = await (await fetch(`${url}/api/health`)).text()
    expect(JSON.parse(health).hooks).toMatchObject([
      { hook: 'web', state: 'ok', delivered: 1, pending: 0 },
      { hook: 'dead', pending: 1 },
    ])
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/quakewire_alerts_pending\{hook="dead"\} 1/)
    const { deliveries } = JSON.parse(await (await fetch(`${url}/api/alerts?hook=dead`)).text())
    expect(deliveries).toMatchObject([{ state: 'pending', rule: 'outages' }])
    const acknowledge = await fetch(`${url}/api/alerts/acknowledge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ subject: deliveries[0].subject, by: 'Ann' }),
    })
    expect(acknowledge.status).toBe(200)
    expect(health + metrics + command.stdout + command.stderr).not.toContain('sesame')

    await command.kill('SIGKILL')
    const before = alerts().length
    const again = new CommandLine(['run', '--config', config], { HOOK_URL: receiver.url, HOOK_TOKEN: 'sesame' })
    await again.shows(/Dashboard/)
    // The outage goes on over the restart: it is not told once more.
    const beats = receiver.received.length
    await receiver.requests(beats + 4)
    expect(alerts()).toHaveLength(before)
    await again.kill('SIGKILL')
    await receiver.close()
  })
})
