import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { SCORES_PER_BLOCK } from '../../src/io/store/score-blocks.ts'
import { loadSqlite, sqlite } from '../../src/io/store/sqlite-binding.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { storeError } from '../../src/io/store/store-error.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'

let folder: string
let file: string
let problems: Problem[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-store-'))
  file = join(folder, 'quakewire.db')
  problems = []
})

afterEach(() => rmSync(folder, { recursive: true }))

function open(maximumMegabytes = 100, path = file): Store {
  return openStore(path, {
    clock: { now: () => EXAMPLE_TIME },
    keepScoresDays: 30,
    maximumMegabytes,
    strideSeconds: 1,
    onProblem: (problem) => problems.push(problem),
  })
}

function failure(action: () => unknown): StoreError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError)
    return error as StoreError
  }
  throw new Error('expected a StoreError')
}

/** Text without the changing part of the path. */
const textOf = (error: StoreError) => error.message.replaceAll(folder, 'FOLDER')

describe('a process killed at any moment', () => {
  it('leaves a file that opens, with whole transactions only and nothing lost that was told', async () => {
    for (let round = 0; round < 4; round++) {
      const writer = new URL('../helpers/store-writer.ts', import.meta.url).pathname
      const child = spawn(process.execPath, ['--import', 'tsx', writer, file], { stdio: ['ignore', 'pipe', 'inherit'] })
      let told = 0
      let left = 20 + round * 13
      for await (const line of createInterface({ input: child.stdout })) {
        told = Number(line)
        if (left-- === 0) child.kill('SIGKILL')
      }
      if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
      expect(child.signalCode).toBe('SIGKILL')

      const store = open()
      const steps = store.checkpoints().get('step') as number
      const [scores] = store.scores(EXAMPLE_INSTRUMENT, EXAMPLE_TIME, EXAMPLE_TIME + 1e12)
      expect(steps).toBeGreaterThanOrEqual(told)
      expect([store.detectionCount, store.newestSeq, scores?.scores.length]).toEqual([steps, steps, steps])
      store.close()
    }
  })
})

describe('a failing commit', () => {
  it('leaves nothing of itself and can be given again', () => {
    const store = open()
    const broken = {
      detection: { ...exampleDetection(1), peak: { time: EXAMPLE_TIME, score: null as unknown as number } },
      latency: {},
    }
    const good = { detection: exampleDetection(0), latency: {} }
    const scores = [{ instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME, score: 0.5 }]
    failure(() => store.commit({ scores, detections: [good, broken] }))
    expect(store.status.state).toBe('degraded')
    expect([store.detectionCount, store.newestSeq, store.scores(EXAMPLE_INSTRUMENT, 0, EXAMPLE_TIME * 2)]).toEqual([0, 0, []])
    expect(store.commit({ scores, detections: [good] }).messages).toMatchObject([{ seq: 1 }])
    expect(store.status.state).toBe('ok')
    store.close()
  })
})

describe('the disk limit', () => {
  const BLOCK_MICROS = SCORES_PER_BLOCK * 1e6
  const firstBlock = Math.ceil(EXAMPLE_TIME / BLOCK_MICROS)

  /** Full blocks of one instrument, ten and a detection per commit. */
  function writeBlocks(store: Store, first: number, last: number) {
    for (let block = first; block < last; block += 10) {
      const scores = Array.from({ length: 10 * SCORES_PER_BLOCK }, (_, i) => ({
        instrument: EXAMPLE_INSTRUMENT,
        endTime: (firstBlock + block) * BLOCK_MICROS + i * 1e6,
        score: 0.5,
      }))
      store.commit({ detections: [{ detection: exampleDetection(block), latency: {} }], scores })
    }
  }

  it('costs the oldest scores, no detection, and is told', () => {
    const store = open(2)
    writeBlocks(store, 0, 990)
    expect(store.status).toMatchObject({ state: 'ok' })
    expect(store.status.bytes).toBeLessThanOrEqual(2_000_000)
    expect(store.detectionCount).toBe(99)
    const [run, ...others] = store.scores(EXAMPLE_INSTRUMENT, 0, EXAMPLE_TIME * 2)
    expect(run?.scores.length).toBeGreaterThan(300 * SCORES_PER_BLOCK)
    expect(run!.endTime / BLOCK_MICROS + run!.scores.length / SCORES_PER_BLOCK).toBe(firstBlock + 990)
    expect(others).toEqual([])
    expect(problems[0]).toEqual({
      code: 'store-full',
      message: 'store: the disk is full or the limit is reached: removed the 100 oldest blocks of scores; detection goes on',
    })
    store.close()
  })

  it('costs waveforms before scores, and says so once', () => {
    const store = openStore(file, {
      clock: { now: () => EXAMPLE_TIME },
      keepScoresDays: 30,
      keepWaveformsHours: 1000,
      maximumMegabytes: 2,
      strideSeconds: 1,
      onProblem: (problem) => problems.push(problem),
    })
    const minutes = 400
    for (let minute = 0; minute < minutes; minute++) {
      const time = EXAMPLE_TIME + (minute - minutes) * 60e6
      store.commit({
        waveforms: [{ instrument: EXAMPLE_INSTRUMENT, startTime: time, rate: 20, samples: new Float32Array(3600).fill(minute) }],
        scores: Array.from({ length: 60 }, (_, i) => ({ instrument: EXAMPLE_INSTRUMENT, endTime: time + i * 1e6, score: 0.5 })),
      })
    }
    const scores = store.scores(EXAMPLE_INSTRUMENT, 0, EXAMPLE_TIME)
    expect(scores.map((run) => run.scores.length)).toEqual([60 * minutes])
    const [run, ...others] = store.waveforms(EXAMPLE_INSTRUMENT, EXAMPLE_TIME - 7200e6, EXAMPLE_TIME)
    expect(others).toEqual([])
    expect(run!.samples.length).toBeGreaterThan(3600 * 20)
    expect(run!.samples.at(-1)).toBe(minutes - 1)
    expect(problems.map(({ message }) => message)).toEqual([
      'store: the disk is full or the limit is reached: removed the 100 oldest blocks of waveforms; fewer hours of them are kept than store.waveforms says, which is not told again',
    ])
    expect(store.status.state).toBe('ok')
    store.close()
  })

  it('is kept ahead of time by pruning', () => {
    const store = open(2)
    for (let block = 0; store.status.bytes <= 0.95 * 2_000_000; block += 10) writeBlocks(store, block, block + 10)
    expect(problems).toEqual([])
    store.prune(EXAMPLE_TIME)
    expect(store.status.bytes).toBeLessThan(0.95 * 2_000_000)
    expect(problems).toMatchObject([{ message: expect.stringMatching(/the limit of 2 MB is near: removed the \d+ oldest/) }])
    store.close()
  })

  it('is a StoreError only when no score is left to remove; then the store is degraded and goes on when it can', () => {
    const store = open(0.3)
    let error: StoreError | undefined
    for (let i = 0; i < 1000 && !error; i++) {
      try {
        store.commit({ detections: [{ detection: exampleDetection(i), latency: {} }] })
      } catch (cause) {
        error = cause as StoreError
      }
    }
    expect(error).toMatchObject({ code: 'STORE', context: { operation: 'commit', file, sqlite: 'SQLITE_FULL' } })
    expect(store.status).toMatchObject({ state: 'degraded', reason: error?.message })
    expect(store.detectionCount).toBe(store.newestSeq)
    store.close()
  })
})

describe('openStore says what is wrong and what to do', () => {
  it('for a folder that is missing: makes it', () => {
    const path = join(folder, 'a', 'b', 'quakewire.db')
    open(100, path).close()
    expect(existsSync(path)).toBe(true)
  })

  it('for a store that is in use', () => {
    const store = open()
    const error = failure(() => open())
    expect(error).toMatchObject({ code: 'STORE', context: { operation: 'open', file } })
    expect(textOf(error)).toMatchInlineSnapshot(
      `"store: open failed: expected a database of our own, got one in use by another Quakewire (FOLDER/quakewire.db); stop it or name another store.file"`,
    )
    store.close()
    open().close()
  })

  it('for a file that is no database', () => {
    writeFileSync(file, 'not a database, but long enough to have a header of a hundred bytes'.repeat(4))
    expect(textOf(failure(() => open()))).toMatchInlineSnapshot(
      `"store: open failed: expected a Quakewire database, got a file that is no database (FOLDER/quakewire.db); name another store.file or move this one away"`,
    )
  })

  it("for another program's database", () => {
    const Database = sqlite()
    const database = new Database(file)
    database.exec('CREATE TABLE songs (title TEXT)')
    database.close()
    expect(textOf(failure(() => open()))).toMatchInlineSnapshot(
      `"store: open failed: expected a Quakewire database, got another program's (FOLDER/quakewire.db); name another store.file"`,
    )
  })

  it("for a newer version's store, which it leaves as it was", () => {
    open().close()
    const Database = sqlite()
    const database = new Database(file)
    database.pragma('user_version = 99')
    database.close()
    const error = failure(() => open())
    expect(error.context.version).toBe(99)
    expect(textOf(error).replace(/≤ \d+/, '≤ N')).toMatchInlineSnapshot(
      `"store: open failed: expected schema version ≤ N, got 99 (FOLDER/quakewire.db); a newer Quakewire wrote it: update this one or name another store.file"`,
    )
    const again = new Database(file)
    expect(again.pragma('user_version', { simple: true })).toBe(99)
    again.close()
  })

  it('for a folder where the file should be', () => {
    mkdirSync(file)
    expect(textOf(failure(() => open()))).toMatchInlineSnapshot(
      `"store: open failed: expected a Quakewire database, got a path that cannot be a file (FOLDER/quakewire.db); name another store.file"`,
    )
  })

  it('for a file where the folder should be', () => {
    writeFileSync(join(folder, 'data'), '')
    expect(textOf(failure(() => open(100, join(folder, 'data', 'quakewire.db'))))).toMatchInlineSnapshot(
      `"store: open failed: expected a Quakewire database, got a path that cannot be a file (FOLDER/data/quakewire.db); name another store.file"`,
    )
  })

  it('for a place without permission to write', () => {
    // The superuser may write anywhere: there the translation alone is tested.
    chmodSync(folder, 0o500)
    const error = process.getuid?.() === 0 ? storeError('open', file, { code: 'EACCES' }) : failure(() => open())
    chmodSync(folder, 0o700)
    expect(textOf(error)).toMatchInlineSnapshot(
      `"store: open failed: expected permission to write, got none (FOLDER/quakewire.db); give it to this user or name another store.file"`,
    )
  })

  it('for a damaged file', () => {
    expect(textOf(storeError('commit', file, { code: 'SQLITE_CORRUPT' }))).toMatchInlineSnapshot(
      `"store: commit failed: expected a Quakewire database, got a damaged one (FOLDER/quakewire.db); restore a backup, or move it away and start anew"`,
    )
  })
})

describe('the SQLite package', () => {
  class Works {
    close() {}
  }
  const absent = () => {
    throw new Error('Cannot find module\nand a long stack')
  }

  it('is the one with binaries inside from Node 22.14 on, with the other to fall back on', () => {
    const tried: string[] = []
    const requirePackage = (name: string) => {
      tried.push(name)
      return name === 'better-sqlite3' ? absent() : Works
    }
    expect(loadSqlite(requirePackage, '22.14.0')).toBe(Works)
    expect(tried).toEqual(['better-sqlite3', 'better-sqlite3-node20'])
  })

  it('is never the one that crashes below Node 22.14', () => {
    const tried: string[] = []
    for (const version of ['20.19.0', '22.13.1']) {
      loadSqlite((name) => {
        tried.push(name)
        return Works
      }, version)
    }
    expect(tried).toEqual(['better-sqlite3-node20', 'better-sqlite3-node20'])
  })

  it('is missing: says which, and how to get a compiler or do without', () => {
    const error = failure(() => loadSqlite(absent, '20.20.2'))
    expect(error).toMatchObject({ code: 'STORE', context: { operation: 'load', node: '20.20.2' } })
    expect(error.message).toMatchInlineSnapshot(`
      "store: expected a SQLite binary for Node 20.20.2, got none (better-sqlite3-node20: Cannot find module).
      Either use Node 22.14 or newer, where none needs compiling, and run \`npm ci\` again;
      or get a compiler (Debian, Ubuntu: apt-get install python3 make g++; macOS: xcode-select --install)
      and run \`npm rebuild better-sqlite3-node20\`."
    `)
  })
})
