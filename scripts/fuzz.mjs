/**
 * `npm run fuzz [-- TARGET… --runs N --seed N]`: coverage-guided fuzzing of everything that reads a stranger's bytes
 * (test/fuzz/targets.ts): branches are counted, an input that reaches a new one is kept and changed further. (Jazzer.js would be the
 * library for it; its binary needs a newer glibc than Debian 12 has.)
 *
 * Starts from whole, valid inputs (test/fuzz/seeds.ts) and the committed corpus. At the end a small set of inputs that reaches the same branches is written back to it (base64, one to a line);
 * `npm test` runs them all. An input that breaks a promise, hangs for ten seconds or eats the memory joins the corpus and ends
 * the run with exit code 1.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { build } from 'vite'
import { instrument } from './fuzz/instrument.mjs'
import { fail, root, say } from './steps.mjs'

/** Longest input, bytes: several records, a few dozen replies. */
const LONGEST_INPUT = 4096
const HANG_SECONDS = 10
/** A target that holds more than this for inputs of some kilobytes leaks or was talked into a huge allocation. */
const MEMORY_MEGABYTES = 1024

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
mkdirSync(join(root, 'test', 'fuzz', 'corpus'), { recursive: true })
const { module, branches, names, starts } = await instrumentedTargets()
for (const name of positionals.length > 0 ? positionals : names) {
  if (!names.includes(name)) fail(`fuzz: expected ${names.join(', ')}, got ${name}`)
  await fuzz(name)
}

/** All targets and what they import as one module with counters. */
async function instrumentedTargets() {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-fuzz-'))
  const entry = join(root, 'test/fuzz/index.ts')
  const output = { entryFileNames: 'targets.mjs', format: 'es' }
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { ssr: entry, outDir: folder, minify: false, rolldownOptions: { output } },
  })
  const file = join(folder, 'targets.mjs')
  const { code, branches } = instrument(readFileSync(file, 'utf8'))
  writeFileSync(file, code)
  globalThis.__branches = new Uint32Array(branches)
  const { targets, seeds } = await import(file)
  return { module: file, branches, names: Object.keys(targets), starts: seeds }
}

async function fuzz(target) {
  const before = readCorpus(target)
  const begin = Date.now()
  const { kept, done, reached } = await inWorker(target, [...starts[target], ...before], {
    runs: Number(values.runs),
    isCounting: true,
  })
  const seconds = (Date.now() - begin) / 1000
  say(`${target}: ${done} inputs in ${seconds.toFixed(0)} s, ${Math.round(done / seconds)} a second, ${reached} branches`)
  // Run again from the shortest on, only those that reach another branch stay.
  const shortestFirst = [...kept].sort((a, b) => a.length - b.length)
  const smallest = await inWorker(target, shortestFirst, { runs: 0, isCounting: false })
  writeCorpus(target, smallest.kept)
  say(`  ${kept.length} inputs reached something new; ${smallest.kept.length} that reach every branch are kept in the corpus`)
}

function inWorker(target, seeds, { runs, isCounting }) {
  const current = new SharedArrayBuffer(8 + 16 * LONGEST_INPUT)
  const workerData = {
    module,
    target,
    branches,
    runs,
    seed: Number(values.seed),
    longest: LONGEST_INPUT,
    seeds,
    current,
    isCounting,
  }
  const worker = new Worker(new URL('fuzz/worker.mjs', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MEGABYTES },
  })
  return new Promise((resolve) => {
    const watch = watchdog(current, () => stop('hangs'))
    const stop = (what) => {
      clearInterval(watch)
      const input = new Uint8Array(current, 8, new Int32Array(current)[0]).slice()
      writeCorpus(target, [...readCorpus(target), input])
      fail(
        `✗ fuzz ${target}: ${what}\n  the input is the last line of test/fuzz/corpus/${target}.txt: a test that fails until it is mended`,
      )
    }
    worker.once('message', (result) => {
      clearInterval(watch)
      resolve(result)
    })
    worker.once('error', (error) => stop(error.stack ?? String(error)))
  })
}

function watchdog(current, onHang) {
  const header = new Int32Array(current)
  let last = -1
  return setInterval(() => {
    const now = Atomics.load(header, 1)
    if (now === last) onHang()
    last = now
  }, HANG_SECONDS * 1000)
}

function readCorpus(target) {
  const file = corpusFile(target)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => new Uint8Array(Buffer.from(line, 'base64')))
}

function writeCorpus(target, inputs) {
  writeFileSync(corpusFile(target), inputs.map((input) => `${Buffer.from(input).toString('base64')}\n`).join(''))
}

function corpusFile(target) {
  return join(root, 'test', 'fuzz', 'corpus', `${target}.txt`)
}
