import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openHooks } from '../../src/io/alerts/open-hooks.ts'
import { formatFault } from '../../src/io/config/config-fault.ts'
import { parseConfig } from '../../src/io/config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-alert-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const env = (name: string) => `\${ENV:${name}}`

function parsed(text: string, environment: Record<string, string> = {}) {
  const { config, faults } = parseConfig(`model: m\n${text}`, { file: join(folder, 'stations.yaml'), environment })
  return { config, faults: faults.map((fault) => formatFault('stations.yaml', fault)) }
}

describe('alerts in the configuration', () => {
  it('reports every fault of hooks, rules and watchdog at once, each with its line', () => {
    const { faults } = parsed(`hooks:
  web: { kind: webhook, url: "ftp://example.org" }
  bad: { kind: pigeon }
  chat:
    kind: webhook
    url: https://example.org/\${ENV:TOKEN}
    text: "{title} {magnitude}"
    secret: plain
  push: { kind: webhook, url: "https://example.org", template: pushover }
  post: { kind: mail, host: a, from: a@b, to: [], pasword: "\${ENV:X}" }
alerts:
  - name: one
    when: [detection, earthquake]
    where: { groups: [north], minimumScore: 7 }
    quiet: { from: "25:00", to: "06:00", zone: Mars/Olympus }
    to: [webb]
  - { name: one, when: [station], to: [web], escalate: { afterSeconds: 1, to: [nobody] } }
watchdog: { heartbeat: [none] }
`)
    expect(faults).toMatchInlineSnapshot(`
      [
        "stations.yaml:3 hooks.web.url: expected a url with http:, https:, got "ftp://example.org"",
        "stations.yaml:4 hooks.bad.kind: expected a map with kind: webhook, command, mail, mqtt, file, quakewire, got "pigeon"",
        "stations.yaml:7 hooks.chat.url: expected TOKEN in the environment, got nothing",
        "stations.yaml:8 hooks.chat.text: expected text with fields of {title}, {kind}, {state}, {severity}, {station}, {instrument}, {time}, {score}, {duration}, {reason}, {label}, {rule}, {subject}, got "{title} {magnitude}"",
        "stations.yaml:9 hooks.chat.secret: expected a reference such as \${ENV:NAME} or \${FILE:path}, never the secret itself, got something else",
        "stations.yaml:10 hooks.push: expected token (the template pushover needs it), got none",
        "stations.yaml:10 hooks.push: expected user (the template pushover needs it), got none",
        "stations.yaml:11 hooks.post.to: expected at least 1 entry, got []",
        "stations.yaml:11 hooks.post.pasword: expected a known key (did you mean password?), got unknown key "pasword"",
        "stations.yaml:11 hooks.post.pasword: expected X in the environment, got nothing",
        "stations.yaml:14 alerts[0].when[1]: expected one of detection, event, station, latency, server, inference, disk, drift, got "earthquake"",
        "stations.yaml:15 alerts[0].where.minimumScore: expected a number ≤ 1, got 7",
        "stations.yaml:15 alerts[0].where.groups[0]: expected a name under groups (there are none), got "north"",
        "stations.yaml:16 alerts[0].quiet.from: expected a time of day such as "22:30", in quotes, got "25:00"",
        "stations.yaml:16 alerts[0].quiet.zone: expected a time zone such as Europe/Paris or UTC, got "Mars/Olympus"",
        "stations.yaml:17 alerts[0].to[0]: expected one of web, bad, chat, push, post, got "webb"",
        "stations.yaml:18 alerts[1].escalate.to[0]: expected one of web, bad, chat, push, post, got "nobody"",
        "stations.yaml:18 alerts[1].name: expected each name once, got "one" again (first at alerts[0])",
        "stations.yaml:19 watchdog.heartbeat[0]: expected one of web, bad, chat, push, post, got "none"",
      ]
    `)
  })

  it('never shows what a secret is, not even of a url that is none', () => {
    const { faults } = parsed(`hooks: { web: { kind: webhook, url: "${env('URL')}" } }\n`, { URL: 'no-url-but-secret' })
    expect(faults).toEqual([`stations.yaml:2 hooks.web.url: expected a url with http:, https:, got "${env('URL')}"`])
  })

  it('does not repeat a secret that was written into the file', () => {
    const { faults } = parsed(
      'hooks: { web: { kind: webhook, url: "https://a", secret: hunter2 }, other: { secret: hunter3 } }\n',
    )
    expect(faults).toHaveLength(2)
    expect(faults.join()).not.toMatch(/hunter/)
  })

  it('takes secrets from the environment and from files, and keeps neither in the configuration', () => {
    writeFileSync(join(folder, 'key.txt'), 'top-secret\n')
    const text = `hooks: { web: { kind: webhook, url: "https://example.org/${env('PART')}", secret: "\${FILE:key.txt}" } }\n`
    const { config, faults } = parsed(text, { PART: 'hidden' })
    expect(faults).toEqual([])
    expect(JSON.stringify(config)).not.toMatch(/hidden|top-secret/)
    const hooks = openHooks(config!, { PART: 'hidden' }, { now: () => 0 })
    expect([...hooks.keys()]).toEqual(['web'])
    expect(JSON.stringify([...hooks.values()])).not.toMatch(/hidden|top-secret/)
    expect(() => openHooks(config!, {}, { now: () => 0 })).toThrow('hooks: expected PART in the environment, got nothing')
  })
})
