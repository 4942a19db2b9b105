import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calibrateModel, proposeThresholds, storedScores, withCalibration } from '../../src/app/calibrate.ts'
import { DEFAULT_MODEL, defaultConfig } from '../../src/app/default-config.ts'
import { loadModel } from '../../src/app/load-model.ts'
import { ConfigError, StoreError } from '../../src/domain/errors.ts'
import { withTriggers, writeTriggers } from '../../src/io/config/write-triggers.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { readModelCard, writeModelCard } from '../../src/io/model-card.ts'
import { openStore } from '../../src/io/store/store.ts'
import { quakewire } from '../helpers/command-line.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { writeSeisbench } from '../helpers/seisbench-files.ts'
import { gaussianNoise } from '../helpers/signals.ts'

const OVERRIDE = { id: 'IU_ANMO_00_BH', on: 0.97, off: 0.92, comment: 'for 1 per day: 0 alarms in 9 days' }

describe('thresholds from stored scores', () => {
  it('reads the scores of a monitor, leaves out what somebody called an earthquake, and proposes what its noise asks for', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'calibrate-')), 'quakewire.db')
    const store = openStore(file, {
      clock: { now: () => EXAMPLE_TIME },
      keepScoresDays: 365,
      maximumMegabytes: 100,
      strideSeconds: 1,
      onProblem: (problem) => {
        throw new Error(problem.message)
      },
    })
    // Ten days with ten seconds of noise at 0.985 on each, and an earthquake at the detection's time.
    const detection = exampleDetection(1)
    const earthquake = Math.round((detection.onset.time - EXAMPLE_TIME) / 1e6)
    const scores = Array.from({ length: 10 * 86_400 }, (_, second) => ({
      instrument: EXAMPLE_INSTRUMENT,
      endTime: EXAMPLE_TIME + second * 1e6,
      score:
        second % 86_400 >= 40_000 && second % 86_400 < 40_010
          ? 0.985
          : second >= earthquake && second < earthquake + 60
            ? 1
            : 0.01,
    }))
    store.commit({ detections: [{ detection, latency: {} }], scores })
    store.setLabel(detection.id, 'earthquake', 'me')
    store.close()

    const stored = storedScores(file)
    expect(stored.events).toEqual([{ time: detection.onset.time, station: detection.station }])
    const [proposal] = proposeThresholds({ ...stored, config: defaultConfig(), perDay: 0.5 })
    expect(proposal).toMatchObject({
      instrument: EXAMPLE_INSTRUMENT,
      onNow: 0.97,
      alarmsNow: 10,
      alarms: 0,
      isExtrapolated: false,
      warnings: [],
    })
    expect(proposal?.on).toBeGreaterThan(0.985)
    expect(proposal?.days).toBeCloseTo(10, 1)
    const [withEvent] = proposeThresholds({ scores: stored.scores, events: [], config: defaultConfig(), perDay: 0.5 })
    expect(withEvent?.alarmsNow).toBe(11)
  })

  it('refuses a file that is no store', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'calibrate-')), 'other.db')
    expect(() => storedScores(file)).toThrow(StoreError)
    writeFileSync(file, 'not SQLite, but long enough to look like something else entirely')
    expect(() => storedScores(file)).toThrow(/expected a database of Quakewire, got another file/)
  })
})

describe('stations.yaml with thresholds', () => {
  it('gets a block where there was none, and every other byte stays', () => {
    const text = readFileSync(join(import.meta.dirname, '../../stations.yaml'), 'utf8')
    const written = withTriggers(text, [OVERRIDE])
    expect(written.startsWith(text.trimEnd())).toBe(true)
    expect(written.slice(text.length).trim()).toBe(
      'stations:\n  IU_ANMO_00_BH:\n    trigger: { on: 0.97, off: 0.92 } # for 1 per day: 0 alarms in 9 days',
    )
  })

  it('keeps other keys, other stations and comments inside the block', () => {
    const text = `model: models/x # the old one
stations:
  # on the roof
  XX_ABC:
    trigger: { on: 0.9, minimumSeconds: 4 }
    components: skip   # no horizontals
  IU_ANMO_00_BH: { components: wait }
store:
  file: a.db    # here
`
    const written = withTriggers(text, [OVERRIDE, { ...OVERRIDE, id: 'XX_ABC', comment: 'why' }])
    expect(written).toBe(`model: models/x # the old one
stations:
  # on the roof
  XX_ABC:
    trigger: { on: 0.97, minimumSeconds: 4, off: 0.92 } # why
    components: skip # no horizontals
  IU_ANMO_00_BH:
    components: wait
    trigger: { on: 0.97, off: 0.92 } # for 1 per day: 0 alarms in 9 days
store:
  file: a.db    # here
`)
  })

  it('is written at once, read back by the monitor, and not written when it would not be valid', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'calibrate-')), 'stations.yaml')
    copyFileSync(join(import.meta.dirname, '../../stations.yaml'), file)
    writeTriggers(file, [OVERRIDE])
    expect(loadConfig(file).stations).toEqual({ IU_ANMO_00_BH: { trigger: { on: 0.97, off: 0.92 } } })
    const before = readFileSync(file, 'utf8')
    expect(() => writeTriggers(file, [{ ...OVERRIDE, on: 0.5 }])).toThrow(ConfigError)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })
})

describe('the temperature of a model', () => {
  it('is fitted on a split and kept in the card with what says so; weights, scores and thresholds stay', async () => {
    const noise = (seed: number) => Float32Array.from(gaussianNoise(3 * 1500, seed))
    const event = (seed: number) =>
      noise(seed).map((value, i) => value * (i % 1500 < 700 ? 1 : 1 + 50 * Math.exp((700 - (i % 1500)) / 80)))
    const names = Array.from({ length: 6 }, (_, index) => index)
    const data = await writeSeisbench({
      metadata: `trace_name,trace_category,split,trace_sampling_rate_hz,trace_p_arrival_sample\n${names.map((i) => `e${i},earthquake,dev,20,700\nn${i},noise,dev,20,`).join('\n')}\n`,
      arrays: names.flatMap((i) => [
        // One of the earthquakes is none: a split without a mistake has no temperature.
        { name: `e${i}`, shape: [3, 1500], values: i === 0 ? noise(1) : event(i + 1) },
        { name: `n${i}`, shape: [3, 1500], values: noise(100 + i) },
      ]),
    })
    const model = await loadModel(DEFAULT_MODEL, 'builtin')
    const calibration = await calibrateModel([data], 'dev', model, { onProblem: () => {} })
    expect(calibration).toMatchObject({ split: 'dev', windows: 6 * 3 + 6 * 2 })
    expect(calibration.after.negativeLogLikelihood).toBeLessThanOrEqual(calibration.before.negativeLogLikelihood ?? 0)
    const out = mkdtempSync(join(tmpdir(), 'calibrate-'))
    writeModelCard(out, withCalibration(model.card, calibration))
    const card = readModelCard(out)
    expect(card.calibration).toEqual(calibration)
    expect(card.thresholds).toEqual(model.card.thresholds)
    expect(card.weightsSha256).toBe(model.card.weightsSha256)
    expect(card.limits.join(' ')).not.toMatch(/not calibrated/)
  })
})

describe('quakewire calibrate', { timeout: 120_000 }, () => {
  it('prints YAML for the archive of a station, with its evidence, and says what is wrong with its options', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'calibrate-'))
    await quakewire('synth', '--out', join(folder, 'archive'), '--stations', '1', '--minutes', '3')
    const { code, stdout } = await quakewire('calibrate', '--archive', join(folder, 'archive'), '--rate', '2')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^# at most 2 false alarms per station-day/)
    expect(stdout).toMatch(/only 0\.00 days of noise/)
    expect(stdout).toMatch(
      /^stations:\n {2}\w+:\n {4}trigger: \{ on: 0\.\d+, off: 0\.\d+ \} # for 2 per day: \d+ alarms in 0\.00 days/m,
    )
    const wrong = await quakewire('calibrate', '--rate', '2')
    expect(wrong).toMatchObject({ code: 2, stderr: 'quakewire: calibrate: expected one of --db, --archive and --data\n' })
  })
})
