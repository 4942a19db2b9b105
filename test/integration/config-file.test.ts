import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { componentPolicyOf, configSchema, coordinatesOf, triggerOf } from '../../src/contract/config.ts'
import { ConfigError } from '../../src/domain/errors.ts'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { formatFault } from '../../src/io/config/config-fault.ts'
import { configHash } from '../../src/io/config/config-hash.ts'
import { keysAt } from '../../src/io/config/schema-faults.ts'
import { loadConfig, parseConfig } from '../../src/io/config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'quakewire-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const anmo = parseInstrumentId('IU_ANMO_00_BH')!
const cola = parseInstrumentId('IU_COLA_00_BH')!

function faultsOf(text: string, environment: Record<string, string> = {}): string[] {
  return parseConfig(text, { file: 'stations.yaml', environment }).faults.map((fault) => formatFault('stations.yaml', fault))
}

function configOf(text: string, environment: Record<string, string> = {}) {
  const { config, faults } = parseConfig(text, { file: join(folder, 'stations.yaml'), environment })
  expect(faults).toEqual([])
  return config!
}

describe('relevance.beta', () => {
  it('goes down to −1, negative contributions alone', () => {
    expect(configOf('model: m\nrelevance: { beta: -1 }').relevance.beta).toBe(-1)
    expect(faultsOf('model: m\nrelevance: { beta: -1.5 }')).toHaveLength(1)
  })
})

describe('loadConfig', () => {
  it('fills every default in and makes paths absolute', () => {
    const file = join(folder, 'small.yaml')
    writeFileSync(file, 'model: models/first\n')
    expect(loadConfig(file, {})).toEqual({
      file,
      model: join(folder, 'models/first'),
      engine: 'builtin',
      servers: [],
      stations: {},
      trigger: {
        on: 0.97,
        off: 0.96,
        minimumSeconds: 2,
        maximumSeconds: 300,
        deadSeconds: 25,
        holdSeconds: 12,
        retriggerRatio: 5,
        retriggerSeconds: 15,
      },
      components: 'wait',
      merge: { horizonSeconds: 10 },
      window: { strideSeconds: 1 },
      queue: { maximumMegabytes: 64, whenFull: 'wait' },
      liveness: { silentSeconds: 120, latentSeconds: 30, aheadSeconds: 60 },
      backlog: { fetch: true, maximumSeconds: 30, maximumMegabytes: 32 },
      coincidence: {
        stations: 3,
        withinSeconds: 30,
        holdSeconds: 60,
        toleranceSeconds: 2,
        groups: {},
        weights: {},
        veto: { simultaneousSeconds: 0.3, apartKm: 20 },
      },
      relevance: { onTrigger: true, beta: 0 },
      groups: {},
      hooks: {},
      alerts: [],
      watchdog: {
        heartbeat: [],
        heartbeatSeconds: 60,
        serverSeconds: 60,
        inferenceSeconds: 60,
        freeMegabytes: 500,
        driftHours: 24,
        driftIndex: 0.25,
      },
      drills: { zone: 'UTC', withinSeconds: 60 },
      store: { file: join(folder, 'data/quakewire.db'), keepScoresDays: 30, maximumMegabytes: 4096, waveforms: { hours: 6 } },
      http: { listen: { host: '127.0.0.1', port: 8080 } },
    })
  })

  it('reports ten faults of ten, each with its line', () => {
    const faults = faultsOf(`model: 7
servers:
  - url: http://example.org
    stations: [IU_ANMO_00_BH, ANMO, IU_ANMO_00_BH]
  - url: seedlink://a.example.org
    stations: []
trigger:
  on: 0.6
  off: 0.8
  minimumSecond: 2
relevance: yes
store:
  keepScoresDays: "30"
http:
  listen: 0.0.0.0:8080
`)
    expect(faults).toMatchInlineSnapshot(`
      [
        "stations.yaml:1 model: expected text, got 7",
        "stations.yaml:3 servers[0].url: expected seedlink://host[:port] or seedlinks://host[:port], user and password in the environment (see credentials), got "http://example.org"",
        "stations.yaml:4 servers[0].stations[1]: expected NET_STA_LOC_BS such as IU_ANMO_00_BH or GE_APE__BH, got "ANMO"",
        "stations.yaml:4 servers[0].stations[2]: expected each instrument once, got "IU_ANMO_00_BH" again (first at servers[0].stations[0])",
        "stations.yaml:6 servers[1].stations: expected at least 1 entry, got []",
        "stations.yaml:9 trigger.off: expected < 0.6 (on threshold), got 0.8",
        "stations.yaml:10 trigger.minimumSecond: expected a known key (did you mean minimumSeconds?), got unknown key "minimumSecond"",
        "stations.yaml:11 relevance: expected a map, got "yes"",
        "stations.yaml:13 store.keepScoresDays: expected a number, got "30"",
        "stations.yaml:15 http.listen: expected 127.0.0.1, or a token in QUAKEWIRE_TOKEN to listen elsewhere, got "0.0.0.0:8080" without token",
      ]
    `)
    expect(faults).toHaveLength(10)
  })

  it('throws one ConfigError with all faults, the first in its context', () => {
    const file = join(folder, 'broken.yaml')
    writeFileSync(file, 'model: models/first\nengine: onnx\ntriger: {}\n')
    const error = caught(() => loadConfig(file, {}))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ code: 'CONFIG', context: { file, faults: 2, line: 2, path: 'engine' } })
    expect((error as Error).message.split('\n').slice(1)).toEqual([
      'broken.yaml:2 engine: expected one of builtin, tensorflow, got "onnx"',
      'broken.yaml:3 triger: expected a known key (did you mean trigger?), got unknown key "triger"',
    ])
  })

  it('says which file is not there and what to do', () => {
    const file = join(folder, 'none.yaml')
    const error = caught(() => loadConfig(file, {}))
    expect(error).toMatchObject({ code: 'CONFIG', context: { file } })
    expect((error as Error).message).toBe(
      `configuration: expected a readable file, got no such file (${file}); name another one with --config`,
    )
  })

  it('reports broken YAML with its line and nothing else', () => {
    expect(faultsOf('model: x\nservers: [a\ntrigger: 3\n')).toMatchInlineSnapshot(`
      [
        "stations.yaml:3: expected YAML 1.2, got flow sequence in block collection must be sufficiently indented and end with a ]",
      ]
    `)
  })

  it('goes on past a key that is given twice', () => {
    expect(faultsOf('model: a\nmodel: b\nengine: c\n')).toEqual([
      'stations.yaml:2: expected every key once, got map keys must be unique',
      'stations.yaml:3 engine: expected one of builtin, tensorflow, got "c"',
    ])
  })

  it('reports an empty file', () => {
    expect(faultsOf('')).toEqual(['stations.yaml:1: expected a map, got null'])
  })

  it('refuses a station override under a wrong name', () => {
    expect(faultsOf('model: m\nstations:\n  ANMO: {}\n')).toEqual([
      'stations.yaml:3 stations.ANMO: expected NET_STA or NET_STA_LOC_BS, got "ANMO"',
    ])
  })

  it('refuses the same server twice', () => {
    const server = '  - { url: seedlink://a:18000, stations: [IU_ANMO_00_BH] }\n'
    expect(faultsOf(`model: m\nservers:\n${server}${server.replace(':18000', '')}`)).toEqual([
      'stations.yaml:4 servers[1].url: expected each server once, got "seedlink://a" again (first at servers[0])',
    ])
  })
})

describe('secrets', () => {
  const listening = 'model: m\nhttp: { listen: 0.0.0.0:8080 }\n'

  it('asks for a token of some length to listen beyond loopback', () => {
    expect(faultsOf(listening)).toEqual([
      'stations.yaml:2 http.listen: expected 127.0.0.1, or a token in QUAKEWIRE_TOKEN to listen elsewhere, got "0.0.0.0:8080" without token',
    ])
    expect(faultsOf(listening, { QUAKEWIRE_TOKEN: 'short' })).toEqual([
      'stations.yaml:2 http.listen: expected QUAKEWIRE_TOKEN of at least 16 characters, got 5 characters',
    ])
    expect(configOf(listening, { QUAKEWIRE_TOKEN: 'sixteen characters' }).http.token).toBe('sixteen characters')
  })

  it('never repeats a password that was written into a url', () => {
    const text = 'model: m\nservers:\n  - { url: "seedlink://ann:secret@a", stations: [IU_ANMO_00_BH] }\n'
    expect(faultsOf(text)).toHaveLength(1)
    expect(faultsOf(text)[0]).toMatch(/got "seedlink:\/\/…@a"$/)
  })

  it('takes user and password of a server from the environment only', () => {
    const text = 'model: m\nservers:\n  - { url: seedlink://a, credentials: IRIS, stations: [IU_ANMO_00_BH] }\n'
    expect(faultsOf(text, { IRIS_USER: 'ann' })).toEqual([
      'stations.yaml:3 servers[0].credentials: expected IRIS_PASSWORD in the environment, got nothing',
    ])
    expect(configOf(text, { IRIS_USER: 'ann', IRIS_PASSWORD: 'x' }).servers[0]).toMatchObject({ user: 'ann', password: 'x' })
  })
})

describe('overrides', () => {
  const config = configOf(`model: m
stations:
  IU_ANMO: { trigger: { on: 0.99, deadSeconds: 60, holdSeconds: 7 }, components: skip, coordinates: { latitude: 34.9, longitude: -106.5 } }
  IU_ANMO_00_BH: { trigger: { on: 0.98 } }
`)

  it('lets the instrument win over its station and the station over the rest', () => {
    expect(triggerOf(config, anmo)).toEqual({
      on: 0.98,
      off: 0.96,
      minimumSeconds: 2,
      maximumSeconds: 300,
      deadSeconds: 60,
      holdSeconds: 7,
      retriggerRatio: 5,
      retriggerSeconds: 15,
    })
    expect(triggerOf(config, parseInstrumentId('IU_ANMO_10_BH')!).on).toBe(0.99)
    expect(triggerOf(config, cola).on).toBe(0.97)
    expect(componentPolicyOf(config, anmo)).toBe('skip')
    expect(coordinatesOf(config, anmo)).toEqual({ latitude: 34.9, longitude: -106.5 })
    expect(coordinatesOf(config, cola)).toBeUndefined()
  })

  it('refuses a ratio that noise has all the time, but 0: never', () => {
    expect(faultsOf('model: m\ntrigger: { retriggerRatio: 1.5 }')).toEqual([
      'stations.yaml:2 trigger.retriggerRatio: expected 0 (never) or at least 2, got 1.5',
    ])
    expect(faultsOf('model: m\nstations:\n  IU_ANMO: { trigger: { retriggerRatio: -1 } }')).toHaveLength(1)
    expect(configOf('model: m\ntrigger: { retriggerRatio: 0 }').trigger.retriggerRatio).toBe(0)
  })

  it('checks thresholds after the merge', () => {
    expect(
      faultsOf('model: m\nstations:\n  IU_ANMO: { trigger: { off: 0.6 } }\n  IU_ANMO_00_BH:\n    trigger:\n      on: 0.55\n'),
    ).toEqual(['stations.yaml:6 stations.IU_ANMO_00_BH.trigger.on: expected > 0.6 (off threshold), got 0.55'])
  })
})

describe('configHash', () => {
  const model = { hash: 'abc', preprocessing: { detrend: true, demean: true } }
  const base = configOf('model: m\n')
  const hash = configHash(base, anmo, model)

  it('ignores paths, ports, servers and other stations', () => {
    const other = configOf(`model: other
servers: [{ url: seedlink://a, stations: [IU_ANMO_00_BH] }]
stations: { IU_COLA: { trigger: { on: 0.99 } } }
store: { file: elsewhere.db, keepScoresDays: 3 }
http: { listen: 127.0.0.1:9 }
`)
    expect(configHash(other, anmo, model)).toBe(hash)
    expect(hash).toMatch(/^[0-9a-f]{12}$/)
  })

  it('is the same when a default is written out, and for any order of keys', () => {
    expect(configHash(configOf('model: m\ntrigger: { off: 0.96, on: 0.97 }\n'), anmo, model)).toBe(hash)
    expect(configHash(base, anmo, { hash: 'abc', preprocessing: { demean: true, detrend: true } })).toBe(hash)
  })

  it.each([
    'trigger: { on: 0.99 }',
    'trigger: { deadSeconds: 26 }',
    'trigger: { holdSeconds: 5.5 }',
    'trigger: { retriggerRatio: 0 }',
    'trigger: { retriggerSeconds: 3 }',
    'merge: { horizonSeconds: 11 }',
    'window: { strideSeconds: 2 }',
    'components: skip',
    'engine: tensorflow',
    'stations: { IU_ANMO: { trigger: { on: 0.99 } } }',
  ])('changes with %s', (line) => {
    expect(configHash(configOf(`model: m\n${line}\n`), anmo, model)).not.toBe(hash)
  })

  it('changes with the model and its preprocessing', () => {
    expect(configHash(base, anmo, { ...model, hash: 'abd' })).not.toBe(hash)
    expect(configHash(base, anmo, { ...model, preprocessing: {} })).not.toBe(hash)
  })
})

describe('stations.yaml, the reference configuration', () => {
  const text = readFileSync(new URL('../../stations.yaml', import.meta.url), 'utf8')

  it('is valid and names a model that is there', () => {
    expect(faultsOf(text)).toEqual([])
    const { model } = loadConfig(new URL('../../stations.yaml', import.meta.url).pathname, {})
    expect(existsSync(join(model, 'model.json'))).toBe(true)
  })

  it('is valid with every commented key in force', () => {
    const everything = text.replace(/^(\s*)# (\s*(?:- )?[A-Za-z_]+:)/gm, '$1$2')
    const secrets = ['DUTY_SECRET', 'PUSHOVER_TOKEN', 'PUSHOVER_USER', 'MQTT_PASSWORD', 'MAIL_PASSWORD', 'OTHER_TOKEN'].map(
      (name) => [name, 'x'],
    )
    const environment = { ...Object.fromEntries(secrets), DUTY_URL: 'https://example.org', IRIS_USER: 'a', IRIS_PASSWORD: 'b' }
    expect(faultsOf(everything, environment)).toEqual([])
  })

  it('names every key of the schema', () => {
    const paths: (string | number)[][] = [
      [],
      ['servers', 0],
      ['stations', 'IU_ANMO'],
      ['stations', 'IU_ANMO', 'coordinates'],
      ['trigger'],
      ['merge'],
      ['window'],
      ['coincidence'],
      ['relevance'],
      ['hooks', 'duty'],
      ['alerts', 0],
      ['alerts', 0, 'where'],
      ['alerts', 0, 'quiet'],
      ['alerts', 0, 'escalate'],
      ['watchdog'],
      ['drills'],
      ['store'],
      ['http'],
    ]
    for (const path of paths)
      for (const key of keysAt(configSchema, path)) expect(text, `${path.join('.')}.${key}`).toMatch(new RegExp(`\\b${key}:`))
  })
})

function caught(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('expected a throw')
}
