import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { buildScenario, DEFAULT_SCENARIO } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { DRILL_STEPS, type Drill, drillSchema } from '../../src/contract/drill.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { AlertReceiver, accept, answer } from '../helpers/alert-receiver.ts'
import { CommandLine } from '../helpers/command-line.ts'
import { detectionsOf, eventsOf, healthOf, run, serve, untilEnded, writeConfig } from '../helpers/live-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-synthetic-drill-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function begin(url: string, body: object = {}): Promise<Response> {
  return fetch(`${url}/api/drills`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function answerOf<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T
}

async function ended(url: string, id: string): Promise<Drill> {
  for (;;) {
    const drill = drillSchema.parse(await (await fetch(`${url}/api/drills/${id}`)).json())
    if (drill.state !== 'running') return drill
    await pause(20)
  }
}

describe('a drill', { timeout: 60_000 }, () => {
  it('goes from the packet to the hook, marked as one, and leaves nothing behind but its report', async () => {
    const receiver = await AlertReceiver.listen(accept)
    const config = writeConfig(
      join(folder, 'marked'),
      [{ port: 1, stations: ['IU_ANMO_00_BH'] }],
      `hooks:
  web: { kind: webhook, url: "${receiver.url}", allowPrivate: true }
  chat: { kind: webhook, url: "${receiver.url}", allowPrivate: true, template: slack, text: "{station} {score}" }
alerts: [{ name: strong, when: [detection], where: { stations: [IU_ANMO] }, to: [web, chat], quiet: { from: "00:00", to: "23:59", zone: UTC } }]`,
    )
    let live = await run(config)
    const heard: string[] = []
    const plain = new WebSocket(`${live.url.replace('http', 'ws')}/feed?topics=detections,events,health`)
    plain.on('message', (data) => heard.push((JSON.parse(String(data)) as { type: string }).type))
    const command = new CommandLine(['drill', '--config', config, '--url', live.url])
    expect(await command.exitCode()).toBe(0)
    const lines = command.stdout.trimEnd().split('\n')
    expect(lines.map((line) => /^PASS (.*?) \d+\.\d{3} s: /.exec(line)?.[1])).toEqual([...DRILL_STEPS, 'hook web', 'hook chat'])

    const [{ id, truth, steps }] = (await answerOf<{ drills: [Drill] }>(`${live.url}/api/drills`)).drills
    // The times of the chain follow each other.
    const order = ['window', 'score', 'detection', 'event', 'packets', 'stored', 'feed']
    const times = order.map((name) => steps.find((step) => step.name === name)!.at!)
    expect(times).toEqual([...times].sort())
    const posted = receiver.received.find(({ json }) => json.kind)!.json
    expect(posted).toMatchObject({
      kind: 'drill',
      subject: id,
      rule: 'drill',
      time: truth.time,
      title: expect.stringMatching(/^DRILL/),
    })
    expect(posted.details.event.location.latitude).toBeCloseTo(truth.latitude, 1)
    expect(posted.details.detections).toHaveLength(4)
    expect(receiver.received.find(({ json }) => json.text)!.json.text).toMatch(/^DRILL: XX_QW01, /)

    expect(await detectionsOf(live.url)).toEqual([])
    expect(await eventsOf(live.url)).toEqual([])
    expect(await answerOf(`${live.url}/api/alerts`)).toEqual({ deliveries: [] })
    expect(await answerOf(`${live.url}/api/alerts?subject=${id}`)).toMatchObject({ deliveries: [{}, {}] })
    const { detections, windows } = await healthOf(live.url)
    expect([detections, windows]).toEqual([0, 0])
    expect(heard).not.toContain('drill')
    expect(heard).not.toContain('detection')
    plain.terminate()

    await live.command.kill('SIGKILL')
    live = await run(config)
    expect(await answerOf(`${live.url}/api/drills`)).toMatchObject({ drills: [{ id, state: 'passed' }] })
    await live.command.kill('SIGTERM')
    await receiver.close()
  })

  it('fails with what to do when a hook refuses it, leaves no dead letter, and refuses a second one meanwhile', async () => {
    const receiver = await AlertReceiver.listen(answer(422))
    const config = writeConfig(
      join(folder, 'dead'),
      [{ port: 1, stations: ['IU_ANMO_00_BH'] }],
      `hooks:\n  log: { kind: file, path: log.jsonl }\n  gone: { kind: webhook, url: "${receiver.url}", allowPrivate: true }\ndrills: { hooks: [log, gone] }`,
    )
    const live = await run(config)
    const first = await begin(live.url)
    expect(first.status).toBe(202)
    const { id } = (await first.json()) as Drill
    const second = await begin(live.url)
    expect([second.status, await second.text()]).toEqual([400, expect.stringContaining(`expected none to be running, got ${id}`)])
    const drill = await ended(live.url, id)
    expect(drill.state).toBe('failed')
    expect(drill.steps.filter(({ state }) => state === 'failed')).toMatchObject([
      {
        name: 'hook gone',
        text: 'alert: delivery to gone failed: expected status 2xx, got 422',
      },
    ])
    expect(existsSync(join(folder, 'dead', 'log.jsonl'))).toBe(true)
    expect(
      readFileSync(join(folder, 'dead', 'log.jsonl'), 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(1)
    expect(await answerOf(`${live.url}/api/alerts?subject=${id}`)).toMatchObject({
      deliveries: [
        { hook: 'gone', state: 'withdrawn' },
        { hook: 'log', state: 'delivered' },
      ],
    })
    // No dead letter, either: nothing has happened.
    expect((await healthOf(live.url)).hooks).toMatchObject([{ dead: 0 }, { dead: 0, pending: 0 }])
    const unknown = await begin(live.url, { hooks: ['siren'] })
    expect([unknown.status, await unknown.text()]).toEqual([400, expect.stringContaining('(log, gone), got siren')])
    expect((await fetch(`${live.url}/api/drills/none`)).status).toBe(404)
    await receiver.close()
    await live.command.kill('SIGTERM')
  })

  it('changes no bit of what real stations detect meanwhile', { timeout: 120_000 }, async () => {
    const scenario = { ...DEFAULT_SCENARIO, stations: 3, minutes: 6, eventsPerHour: 80, hasGlitches: false }
    writeArchive(buildScenario(scenario), join(folder, 'archive'))
    const archive = join(folder, 'archive', 'sds')
    const opened = await openArchive([archive], { onProblem() {} })
    opened.close()
    const stations = [...new Set(opened.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
    const watch = async (name: string, isDrilled: boolean) => {
      const server = await serve([archive], '--speed', '60')
      const live = await run(writeConfig(join(folder, name), [{ port: server.port, stations }]))
      let drills = 0
      for (; isDrilled && (await healthOf(live.url)).servers[0]?.state !== 'ended'; drills++) {
        const { id } = (await (await begin(live.url)).json()) as Drill
        expect((await ended(live.url, id)).state).toBe('passed')
      }
      await untilEnded(live.url)
      const found = { detections: await detectionsOf(live.url), events: await eventsOf(live.url) }
      await Promise.all([live, server].map(({ command }) => command.kill('SIGTERM')))
      return { ...found, drills }
    }
    const without = await watch('without', false)
    const { drills, ...drilled } = await watch('with', true)
    expect(drills).toBeGreaterThan(0)
    expect(without.detections.length).toBeGreaterThan(3)
    expect(drilled).toEqual({ detections: without.detections, events: without.events })
  })
})
