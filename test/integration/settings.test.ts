import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultConfig } from '../../src/app/default-config.ts'
import { SettingsFile } from '../../src/app/settings/settings-file.ts'
import { type SettingsProposal, settingsAnswerSchema, settingsProposalSchema } from '../../src/contract/what-if.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import type { SettingsView } from '../../src/server/tuning-view.ts'
import { exampleView } from '../helpers/example-view.ts'

const TEXT = `# Ours.
model: models/x          # a model
servers: []

trigger:
  on: 0.98               # opens
  off: 0.95              # closes

stations:
  IU_ANMO:
    trigger: { on: 0.9, off: 0.8 }   # noisy
    coordinates: { latitude: 34.9, longitude: -106.4 }
`

let folder: string
let file: string
let store: Store
let server: HttpServer

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-settings-'))
  file = join(folder, 'stations.yaml')
  writeFileSync(file, TEXT)
  store = openStore(join(folder, 'quakewire.db'), {
    clock: { now: () => 0 },
    keepScoresDays: 30,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem: () => {},
  })
  await serve(new SettingsFile(loadConfig(file, {}), {}))
})

afterEach(async () => {
  await server.close()
  store.close()
  rmSync(folder, { recursive: true })
})

async function serve(settings: SettingsView, token?: string): Promise<void> {
  await server?.close()
  const view = { ...exampleView(store), settings }
  server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    token,
    view,
    hub: new FeedHub(view.clock, view),
    onError: () => {},
  })
}

async function ask(change?: object): Promise<{ status: number; body: never }> {
  const response = await fetch(`${server.url}/api/settings/trigger`, {
    method: change ? 'POST' : 'GET',
    ...(change && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) }),
  })
  return { status: response.status, body: (await response.json()) as never }
}

async function proposal(change: object): Promise<SettingsProposal> {
  const { status, body } = await ask(change)
  expect(status, JSON.stringify(body)).toBe(200)
  return settingsProposalSchema.parse(body)
}

async function refusal(change: object): Promise<{ status: number; code: string; message: string }> {
  const { status, body } = await ask(change)
  return { status, ...(body as { error: { code: string; message: string } }).error }
}

describe('settings of the trigger over HTTP', () => {
  it('says what the file says', async () => {
    const { body } = await ask()
    expect(settingsAnswerSchema.parse(body)).toMatchObject({
      file,
      trigger: { on: 0.98, off: 0.95, minimumSeconds: 2 },
      coincidence: { stations: 3, withinSeconds: 30 },
      overrides: [{ id: 'IU_ANMO', trigger: { on: 0.9, off: 0.8 } }],
      isPending: false,
    })
  })

  it('shows the diff of a change and touches nothing', async () => {
    const { diff, isWritten } = await proposal({
      trigger: { on: 0.975, off: 0.95, deadSeconds: 30, holdSeconds: 9 },
      coincidence: { stations: 4 },
    })
    expect(isWritten).toBe(false)
    expect(diff).toBe(
      [
        '--- stations.yaml',
        '+++ stations.yaml',
        '@@ -3,10 +3,14 @@',
        ' servers: []',
        ' ',
        ' trigger:',
        '-  on: 0.98               # opens',
        '+  on: 0.975              # opens',
        '   off: 0.95              # closes',
        '+  deadSeconds: 30',
        '+  holdSeconds: 9',
        ' ',
        ' stations:',
        '   IU_ANMO:',
        '     trigger: { on: 0.9, off: 0.8 }   # noisy',
        '     coordinates: { latitude: 34.9, longitude: -106.4 }',
        '+',
        '+coincidence: { stations: 4 }',
        '',
      ].join('\n'),
    )
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    expect(readdirSync(folder).filter((name) => name.startsWith('stations'))).toEqual(['stations.yaml'])
  })

  it('writes what it has shown, keeps the text before and the mode of the file, and says when it takes effect', async () => {
    chmodSync(file, 0o640)
    const change = { trigger: { on: 0.99 } }
    const { hash } = await proposal(change)
    const written = await proposal({ ...change, hash })
    expect(written).toMatchObject({ isWritten: true, backup: `${file}.bak`, note: expect.stringMatching(/next start/) })
    expect(readFileSync(file, 'utf8')).toBe(TEXT.replace('on: 0.98  ', 'on: 0.99  '))
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe(TEXT)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(loadConfig(file, {}).trigger.on).toBe(0.99)
    const { body } = await ask()
    expect(body).toMatchObject({ hash: written.hash, trigger: { on: 0.99 }, isPending: true })
  })

  it('changes the override of a station, or makes one', async () => {
    const known = await proposal({ scope: 'IU_ANMO', trigger: { on: 0.95 } })
    expect(known.diff).toContain('+    trigger: { on: 0.95, off: 0.8 }   # noisy')
    const { hash, diff } = await proposal({ scope: 'GE_APE__BH', trigger: { on: 0.97, off: 0.9 } })
    expect(diff).toContain('+  GE_APE__BH:\n+    trigger: { on: 0.97, off: 0.9 }')
    await proposal({ scope: 'GE_APE__BH', trigger: { on: 0.97, off: 0.9 }, hash })
    expect(loadConfig(file, {}).stations).toMatchObject({ GE_APE__BH: { trigger: { on: 0.97, off: 0.9 } } })
  })

  it('has nothing to write where the file says so already', async () => {
    const { hash } = await proposal({ trigger: { on: 0.98 } })
    expect(await proposal({ trigger: { on: 0.98 }, hash })).toMatchObject({ diff: '', isWritten: false })
    expect(readdirSync(folder)).not.toContain('stations.yaml.bak')
  })

  it('refuses when somebody has changed the file since', async () => {
    const change = { trigger: { on: 0.99 } }
    const { hash } = await proposal(change)
    writeFileSync(file, `${TEXT}# mine\n`)
    expect(await refusal({ ...change, hash })).toMatchObject({ status: 409, code: 'CONFLICT' })
    expect(readFileSync(file, 'utf8')).toBe(`${TEXT}# mine\n`)
  })

  it('refuses what `check` would refuse, with its words', async () => {
    const { status, code, message } = await refusal({ trigger: { on: 0.9 } })
    expect({ status, code }).toEqual({ status: 409, code: 'CONFIG' })
    expect(message).toContain('stations.yaml:7 trigger.off: expected < 0.9 (on threshold), got 0.95')
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
  })

  it('refuses a file that has faults now, or is gone', async () => {
    writeFileSync(file, 'model: 5\n')
    expect(await refusal({ trigger: { on: 0.99 } })).toMatchObject({ status: 409, code: 'CONFIG' })
    rmSync(file)
    expect(await refusal({ trigger: { on: 0.99 } })).toMatchObject({ message: expect.stringMatching(/expected a readable file/) })
  })

  it('refuses a file that says it by an alias: the change would be elsewhere, too', async () => {
    writeFileSync(
      file,
      `${TEXT.replace('trigger: { on: 0.9, off: 0.8 }', 'trigger: &own { on: 0.9, off: 0.8 }')}  CI_CLC:\n    trigger: *own\n`,
    )
    await serve(new SettingsFile(loadConfig(file, {}), {}))
    expect(await refusal({ scope: 'IU_ANMO', trigger: { on: 0.95 } })).toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/edit it by hand/),
    })
    expect(await refusal({ scope: 'CI_CLC', trigger: { on: 0.95 } })).toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/edit the file by hand/),
    })
  })

  it('refuses settings that are none', async () => {
    expect(await refusal({ trigger: { on: 2 } })).toMatchObject({ status: 400, code: 'BAD_REQUEST' })
    expect(await refusal({ trigger: { threshold: 0.5 } })).toMatchObject({ status: 400 })
    expect(await refusal({ scope: '../x', trigger: {} })).toMatchObject({ status: 400 })
    expect(await refusal({ trigger: {}, hash: 'x' })).toMatchObject({ status: 400 })
  })

  it('is not there where the monitor runs without a file', async () => {
    await serve(new SettingsFile(defaultConfig(), {}))
    const { body } = await ask()
    expect(settingsAnswerSchema.parse(body)).toMatchObject({ file: null, hash: null, isPending: false, overrides: [] })
    expect(await refusal({ trigger: { on: 0.99 } })).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  it('asks for the token, and refuses other origins', async () => {
    await serve(new SettingsFile(loadConfig(file, {}), {}), 'a-token-long-enough')
    expect(await refusal({ trigger: { on: 0.99 } })).toMatchObject({ status: 401 })
    const foreign = await fetch(`${server.url}/api/settings/trigger`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: 'https://elsewhere.example',
        authorization: 'Bearer a-token-long-enough',
      },
      body: '{}',
    })
    expect(foreign.status).toBe(403)
  })

  it('writes where a link leads to, and leaves the link', async () => {
    const link = join(folder, 'link.yaml')
    symlinkSync(file, link)
    await serve(new SettingsFile(loadConfig(link, {}), {}))
    const { hash } = await proposal({ trigger: { on: 0.99 } })
    await proposal({ trigger: { on: 0.99 }, hash })
    expect(readFileSync(file, 'utf8')).toContain('on: 0.99')
    expect(
      readdirSync(folder, { withFileTypes: true })
        .find(({ name }) => name === 'link.yaml')
        ?.isSymbolicLink(),
    ).toBe(true)
  })
})
