import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_MODEL } from '../../src/app/default-config.ts'
import type { DetectionWire } from '../../src/contract/detection.ts'
import { withSecondOpinion } from '../../src/domain/second-opinion.ts'
import { sourceIdFromNslc } from '../../src/domain/source-id.ts'
import { readModel } from '../../src/io/model-card.ts'
import { writeModelFiles } from '../../src/io/model-files.ts'
import { sqlite } from '../../src/io/store/sqlite-binding.ts'
import { encodeRecords } from '../../src/miniseed/index.ts'
import { initialise } from '../../src/nn/initialise.ts'
import { majstorovicArchitecture } from '../../src/nn/majstorovic-architecture.ts'
import { weighByOnset } from '../../src/signal/onset-weight.ts'
import { ARCHIVE_START } from '../helpers/memory-source.ts'
import { noise } from '../helpers/networks.ts'
import { printed } from '../helpers/printed.ts'

let folder = ''
let detections: DetectionWire[] = []
const at = (...names: string[]) => join(folder, ...names)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-explain-'))
  await printed('synth', '--out', at('archive'), '--stations', '2', '--minutes', '5', '--events-per-hour', '60', '--seed', '3')
  const { stdout } = await printed('replay', at('archive'), '--db', at('store.db'), '--json')
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DetectionWire)
  detections = messages.filter(({ state }) => state === 'closed')
  expect(detections.length).toBeGreaterThanOrEqual(2)
  writeModelFiles(at('bare'), initialise(majstorovicArchitecture(), 1))
  writeFileSync(at('window.f32'), noise(1503, 1))
})

afterAll(() => rmSync(folder, { recursive: true }))

const { card } = readModel(DEFAULT_MODEL)

describe('explain', () => {
  it('repeats the score and the relevance of every stored detection, bit for bit', async () => {
    for (const { id, peak, model } of detections) {
      const { code, stdout } = await printed('explain', '--detection', id, '--db', at('store.db'), '--json')
      const explained = JSON.parse(stdout)
      expect(code).toBe(0)
      const both = withSecondOpinion(explained.probability, peak.secondOpinion!)
      expect(weighByOnset(both, explained.window.onsetRatio, card.onset!)).toBe(peak.score)
      expect(explained.window).toMatchObject({
        score: peak.score,
        storedScore: peak.score,
        storedModel: model,
        endTime: peak.time,
      })
      expect(Float32Array.from(explained.relevance.flat())).toEqual(storedRelevance(id))
    }
    const [first] = detections
    const { stdout } = await printed('explain', '--detection', first!.id, '--db', at('store.db'))
    expect(stdout).toContain(`the stored score ${first!.peak.score} again, bit for bit`)
  })

  it('finds the same window in the archive, with the score of the replay, bit for bit', async () => {
    for (const { peak, instrument, id } of detections) {
      const moment = ['--file', at('archive'), '--at', peak.time, '--instrument', instrument]
      const { code, stdout } = await printed('explain', ...moment, '--json')
      const { probability, window, relevance } = JSON.parse(stdout)
      expect(code).toBe(0)
      expect(window.secondOpinion).toBe(peak.secondOpinion)
      expect(weighByOnset(withSecondOpinion(probability, peak.secondOpinion!), window.onsetRatio, card.onset!)).toBe(peak.score)
      expect(window).toMatchObject({ instrument, endTime: peak.time, score: peak.score })
      expect(Float32Array.from(relevance.flat())).toEqual(storedRelevance(id))
    }
  })

  it('takes a moment between two windows for the one before it', async () => {
    const { peak, instrument } = detections[0]!
    const later = new Date(Date.parse(peak.time) + 999).toISOString()
    const { stdout } = await printed('explain', '--file', at('archive'), '--at', later, '--instrument', instrument, '--json')
    expect(JSON.parse(stdout).window.endTime).toBe(peak.time)
  })

  it('says of a window without energy that the network was not asked', async () => {
    const still = new Int32Array(6000).fill(7)
    const flat = ['Z', 'N', 'E'].flatMap((orientation) =>
      encodeRecords(sourceIdFromNslc('XX', 'FLAT', '00', `HH${orientation}`), ARCHIVE_START, 100, still),
    )
    writeFileSync(at('flat.mseed'), Buffer.concat(flat))
    const listing = await printed('explain', '--file', at('flat.mseed'), '--at', '1999-01-01')
    const time = / to (\S+Z)/.exec(listing.stderr)?.[1] ?? ''
    const { code, stdout } = await printed('explain', '--file', at('flat.mseed'), '--at', time, '--json')
    const { logit, probability, isUsable, relevance, conservation } = JSON.parse(stdout)
    expect({ code, logit, probability, isUsable }).toEqual({ code: 0, logit: null, probability: 0, isUsable: false })
    expect(relevance.flat().every((value: number) => value === 0)).toBe(true)
    expect(conservation.layers).toEqual([])
    const { stdout: text } = await printed('explain', '--file', at('flat.mseed'), '--at', time)
    expect(text).toContain('not classified: the window has no energy')
  })

  it('takes a model without a card, and says what it assumes where that matters', async () => {
    const window = await printed('explain', '--window', at('window.f32'), '--model', at('bare'), '--json')
    expect(window).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(window.stdout)).toMatchObject({ method: 'lrp', beta: 0, bias: 'ignore', start: 'one', isUsable: true })
    const { peak, instrument } = detections[0]!
    const moment = ['--file', at('archive'), '--at', peak.time, '--instrument', instrument]
    const archived = await printed('explain', ...moment, '--model', at('bare'))
    expect(archived.code).toBe(0)
    expect(archived.stderr).toContain("assuming the published detector's 20 Hz, demean, max-abs")
  })

  it('prints what a person can read', async () => {
    const { stdout } = await printed('explain', '--window', at('window.f32'), '--beta', '1', '--bias', 'include')
    expect(stdout).toMatch(/^score {7}0\.\d{6} \(logit -?\d+\.\d{6}\) by majstorovic-36k@/)
    expect(stdout).toMatch(/method {6}lrp, beta 1, bias include, from 1 at the logit/)
    expect(stdout).toMatch(/components {2}Z \d+ % {2}N \d+ % {2}E \d+ %/)
    expect(stdout).toMatch(/conv1 .*\d/)
  })

  it.each<readonly [string, () => string[], number, string]>([
    ['no source', () => [], 2, 'expected one of --detection, --file with --at, or --window, got 0'],
    ['two sources', () => ['--detection', 'x', '--window', 'y'], 2, 'got 2'],
    ['--file without --at', () => ['--file', 'x'], 2, 'expected --file and --at together'],
    ['a time that is none', () => ['--file', at('archive'), '--at', 'noon'], 2, 'expected a time such as'],
    ['a moment without data', () => ['--file', at('archive'), '--at', '1999-01-01'], 2, 'got windows that end otherwise: XX_'],
    ['several instruments', () => ['--file', at('archive'), '--at', detections[0]!.peak.time], 2, 'add --instrument, one of XX_'],
    [
      'an instrument that is none',
      () => ['--file', at('archive'), '--at', '1999-01-01', '--instrument', 'x'],
      2,
      'NET_STA_LOC_BS',
    ],
    [
      'a detection that is not there',
      () => ['--detection', 'x', '--db', at('store.db')],
      2,
      'expected the id of a detection, got x',
    ],
    ['a store that is not there', () => ['--detection', 'x', '--db', at('none.db')], 5, 'got no such file'],
    ['a window file that is not there', () => ['--window', at('none.f32')], 2, 'no such file'],
    [
      'a window file of another size',
      () => ['--window', at('bare', 'weights.bin')],
      2,
      '501 × 3 float32 = 6012 bytes, got 142340',
    ],
    ['a window with a value that is no number', () => ['--window', nanWindow()], 2, 'got NaN (row 1, column 2'],
    ['a window of values beyond single precision', () => ['--window', hugeWindow()], 2, 'expected a finite logit, got'],
    ['β below −1', () => ['--window', at('window.f32'), '--beta', '-1.5'], 2, 'expected a number ≥ −1, got -1.5'],
    [
      'repair of another method',
      () => ['--window', at('window.f32'), '--method', 'epsilon', '--bias', 'repair'],
      2,
      'got repair',
    ],
    ['a method nobody knows', () => ['--window', at('window.f32'), '--method', 'x'], 2, 'Allowed choices are lrp'],
    ['a folder without a model', () => ['--window', at('window.f32'), '--model', folder], 4, 'no such file'],
    [
      'a card of another model',
      () => ['--window', at('window.f32'), '--model', foreignCard()],
      4,
      'card and weights are of different models',
    ],
  ])('refuses %s with its exit code', async (_, args, exitCode, text) => {
    const { code, stdout, stderr } = await printed('explain', ...args())
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
    expect(stderr).toContain(text)
  })
})

describe('optimise-input', () => {
  it('starts at a window file, at zero or at random by a seed', async () => {
    const run = async (...args: string[]) => {
      const { stdout } = await printed('optimise-input', '--target', '1', '--steps', '2', '--json', ...args)
      return JSON.parse(stdout) as { loss: number[]; logit: number[]; input: number[][]; end: string }
    }
    const fromFile = await run('--start', at('window.f32'))
    expect(fromFile.loss).toHaveLength(3)
    expect(fromFile.input).toHaveLength(501)
    expect((await run()).input[250]).not.toEqual(fromFile.input[250])
    expect(await run('--start', 'random', '--seed', '5')).toEqual(await run('--start', 'random', '--seed', '5'))
    expect(await run('--start', 'random', '--seed', '6')).not.toEqual(await run('--start', 'random', '--seed', '5'))
    const bounded = await run('--start', 'random', '--bound', '0.01', '--momentum', '0.5', '--smoothness', '0.1')
    expect(Math.max(...bounded.input.flat().map(Math.abs))).toBe(0.01)
  })

  it('says clearly that a network without biases cannot leave the zero window', async () => {
    const { code, stdout, stderr } = await printed('optimise-input', '--model', at('bare'), '--target', '1')
    expect(code).toBe(0)
    expect(stdout).toContain('0 updates (stuck)')
    expect(stderr).toContain('A network whose biases are all zero is stuck at the zero window; use --start random')
  })

  it('prints the loss by and by, and stops when told to', async () => {
    const { stdout } = await printed('optimise-input', '--target', '0', '--start', at('window.f32'), '--convergence', '0.9')
    expect(stdout).toMatch(/^ {2}update {8}loss {7}logit\n {7}0/)
    expect(stdout).toMatch(/\d+ updates \((converged|steps)\), largest absolute value/)
  })

  it.each<readonly [string, () => string[], number, string]>([
    ['no target', () => [], 2, "required option '--target <class>' not specified"],
    ['a target that is none', () => ['--target', '2'], 2, 'Allowed choices are 0, 1'],
    ['a rate of 0', () => ['--target', '1', '--rate', '0'], 2, 'optimise-input rate: expected a number above 0, got 0'],
    ['half a step', () => ['--target', '1', '--steps', '1.5'], 2, 'optimise-input steps: expected a whole number'],
    ['a start that is no file', () => ['--target', '1', '--start', 'one'], 2, 'no such file'],
    ['a folder without a model', () => ['--target', '1', '--model', folder], 4, 'no such file'],
  ])('refuses %s with its exit code', async (_, args, exitCode, text) => {
    const { code, stderr } = await printed('optimise-input', ...args())
    expect(code).toBe(exitCode)
    expect(stderr).toContain(text)
  })
})

function storedRelevance(id: string): Float32Array {
  const Database = sqlite()
  const database = new Database(at('store.db'), { readonly: true })
  const bytes = database.prepare<[string], Uint8Array>('SELECT relevance FROM relevances WHERE detection = ?').pluck().get(id)!
  database.close()
  return new Float32Array(Uint8Array.from(bytes).buffer)
}

function nanWindow(): string {
  writeFileSync(at('nan.f32'), noise(1503, 1).fill(Number.NaN, 5, 6))
  return at('nan.f32')
}

function hugeWindow(): string {
  writeFileSync(
    at('huge.f32'),
    noise(1503, 1).map((value) => value * 3e38),
  )
  return at('huge.f32')
}

function foreignCard(): string {
  cpSync(at('bare'), at('foreign'), { recursive: true })
  cpSync(join(DEFAULT_MODEL, 'card.json'), at('foreign', 'card.json'))
  return at('foreign')
}
