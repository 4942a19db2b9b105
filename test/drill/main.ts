/**
 * `npm run drill [-- --stations N --hours H --seed N --kills N --speed N|max --faults default|FILE --folder DIR | --check DIR]`: a server with all
 * faults, a monitor, `kill -9` of both, and a program that checks what became of it (drill.ts). Exit code 1 when something does not hold.
 * `--forgetful`: a server that seems to forget all sequence numbers, and a monitor that fetches what it has missed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadFaults } from '../../src/io/faults-file.ts'
import { checkDrill } from './check-drill.ts'
import { runDrill } from './drill.ts'
import { DRILL_FAULTS, FORGETFUL_FAULTS } from './drill-faults.ts'

const USAGE =
  'expected --stations N, --hours H, --seed N, --kills N, --speed N|max, --rate HZ[,HZ…], --faults default|FILE, --forgetful, --folder DIR or --check DIR'

const values = options()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
const say = (line: string) => void process.stdout.write(`${line}\n`)
const folder = values.check ?? values.folder ?? mkdtempSync(join(tmpdir(), 'quakewire-drill-'))
const isForgetful = values.forgetful
const usual = isForgetful ? FORGETFUL_FAULTS : DRILL_FAULTS
const faults = values.faults === 'default' ? usual : loadFaults(values.faults)
// What a reconnect of seconds has skipped must be small beside the whole.
const speed = values.speed ?? (isForgetful ? '20' : '100')
const rates = values.rate ?? (isForgetful ? '100,200' : '100,50,40,200')
const { facts, findings } = values.check === undefined ? await drill() : await checkDrill(values.check, say)
for (const fact of facts) say(`  ${fact}`)
for (const { title, isPassed, details } of findings) {
  say(`${isPassed ? 'PASS' : 'FAIL'}  ${title}`)
  for (const detail of details) say(`        ${detail}`)
}
const isPassed = findings.every((each) => each.isPassed)
// A folder that was asked for, and one that shows what went wrong, stay.
if (isPassed && values.folder === undefined && values.check === undefined) rmSync(folder, { recursive: true, force: true })
else say(`files: ${folder}`)
process.exitCode = isPassed ? 0 : 1

function drill() {
  return runDrill({
    folder,
    stations: Number(values.stations),
    minutes: Number(values.hours) * 60,
    seed: Number(values.seed),
    kills: Number(values.kills),
    faults: { ...faults, seed: Number(values.seed) },
    speed,
    sampleRates: rates.split(',').map(Number),
    isForgetful,
    eventsPerHour: 20,
    say,
  })
}

function options() {
  try {
    return parseArgs({
      options: {
        stations: { type: 'string', default: '5' },
        hours: { type: 'string', default: '0.5' },
        seed: { type: 'string', default: '1' },
        kills: { type: 'string', default: '6' },
        speed: { type: 'string' },
        rate: { type: 'string' },
        faults: { type: 'string', default: 'default' },
        forgetful: { type: 'boolean', default: false },
        folder: { type: 'string' },
        check: { type: 'string' },
      },
    }).values
  } catch (error) {
    process.stderr.write(`drill: ${error instanceof Error ? error.message : String(error)}; ${USAGE}\n`)
    process.exit(2)
  }
}
