/** `quakewire/seedlink` as another project gets it: built, imported by its name, without any other package. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as sources from '../../src/io/seedlink/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BUILD_OPTIONS = join(ROOT, 'scripts/tsconfig.build.json')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seedlink-package-'))
  // A project of its own, whatever package.json lies above.
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
  const packed = join(folder, 'node_modules/quakewire')
  mkdirSync(packed, { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(packed, 'package.json'))
  build(join(ROOT, 'src/io/seedlink/index.ts'), join(packed, 'dist'))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package quakewire/seedlink', () => {
  it('can be imported by its name and gives what the sources give', () => {
    const program = "import * as seedlink from 'quakewire/seedlink'\nconsole.log(JSON.stringify(Object.keys(seedlink)))"
    writeFileSync(join(folder, 'names.mjs'), program)
    const names: unknown = JSON.parse(execFileSync(process.execPath, ['names.mjs'], { cwd: folder, encoding: 'utf8' }))
    expect(names).toEqual(Object.keys(sources).toSorted())
  })

  it('serves and fetches without any other package', () => {
    const program = readFileSync(join(import.meta.dirname, '../fixtures/seedlink-consumer.mjs'), 'utf8')
    writeFileSync(join(folder, 'consumer.mjs'), program)
    const said = execFileSync(process.execPath, ['consumer.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(JSON.parse(said)).toEqual({ software: expect.stringMatching(/quakewire/i), refused: 'SEEDLINK_CONNECTION' })
  })

  it('has a page whose examples compile', () => {
    const examples = examplesOfThePage()
    expect(examples.length).toBeGreaterThan(5)
    expect(faultsOf(examples)).toEqual([])
  })

  it('is typed for whoever uses it', () => {
    const good = join(folder, 'good.ts')
    const bad = join(folder, 'bad.ts')
    writeFileSync(
      good,
      `import { fetchWindow, type LinkState, SeedlinkClient } from 'quakewire/seedlink'
export const client = new SeedlinkClient({
  url: 'seedlink://127.0.0.1',
  stations: ['XX_AAA'],
  clock: { now: () => 0 },
  onPacket: ({ sequence }, { protocol }) => console.log(sequence + 1n, protocol),
  onProblem: () => {},
})
export const state: LinkState['kind'] = client.state.kind
export const packets: Promise<number> = fetchWindow('x', [], 0, 1, () => {}).then((result) => result.packets)
`,
    )
    writeFileSync(bad, "import { SeedlinkClient } from 'quakewire/seedlink'\nnew SeedlinkClient({ url: 1 })\n")
    const faults = faultsOf([good, bad])
    expect(faults.filter(({ file }) => file !== bad)).toEqual([])
    expect(faults.filter(({ file }) => file === bad)).toHaveLength(1)
  })
})

/** What the examples take for granted, each in a file of its own. */
const GIVEN = `import type { Socket } from 'node:net'
import type { Packet, SeedlinkClient as Client } from 'quakewire/seedlink'
declare global {
  const client: Client
  const from: number
  const to: number
  const socket: Socket
  function keep(packet: Packet): void
}
`

function examplesOfThePage(): string[] {
  const page = readFileSync(join(ROOT, 'src/seedlink/README.md'), 'utf8')
  const given = join(folder, 'given.ts')
  writeFileSync(given, GIVEN)
  const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)
  return blocks.map((code, i) => {
    const file = join(folder, `example-${i}.ts`)
    writeFileSync(file, `import './given.js'\n${code}`)
    return file
  })
}

/** What the build makes of one file and all it imports. */
function build(file: string, outDir: string): void {
  const { config } = ts.readConfigFile(BUILD_OPTIONS, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(ROOT, 'scripts'))
  const { emitSkipped } = ts.createProgram([file], { ...options, outDir, noCheck: true }).emit()
  if (emitSkipped) throw new Error('the build emitted nothing')
}

function faultsOf(files: string[]): { file: string | undefined; text: string }[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    skipLibCheck: true,
  })
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
    file: file?.fileName,
    text: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }))
}
