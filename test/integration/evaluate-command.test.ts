import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quakewire } from '../helpers/command-line.ts'
import { writeSeisbench } from '../helpers/seisbench-files.ts'
import { gaussianNoise } from '../helpers/signals.ts'

/** Each run loads the sources anew, which takes a while on a busy machine. */
const PATIENCE = 120_000

describe('quakewire evaluate', { timeout: PATIENCE }, () => {
  it('prints one object for labelled windows, and leaves partial traces out unless asked', async () => {
    const data = await madeDataset()
    const whole = await quakewire('evaluate', '--data', data, '--json')
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    const evaluation = JSON.parse(whole.stdout)
    expect(Object.keys(evaluation)).toEqual([
      'threshold',
      'windows',
      'accuracy',
      'precision',
      'recall',
      'falsePositiveRate',
      'auc',
      'byDataset',
      'confidence',
      'confidenceByDataset',
      'byStation',
      'breakdown',
      'reliability',
      'temperature',
      'delay',
    ])
    expect(evaluation).toMatchObject({
      threshold: 0.5,
      windows: 3 + 2,
      byDataset: { events: { windows: 3 }, noise: { windows: 2 } },
    })

    const html = join(data, 'report.html')
    const listed = await quakewire(
      'evaluate',
      '--data',
      data,
      '--split',
      'all',
      '--threshold',
      '1',
      '--list',
      '--trade-off',
      '--html',
      html,
    )
    expect(listed.code).toBe(0)
    expect(listed.stdout).toMatch(/0 false positives, 3 false negatives\n {2}false negative {2}(?:0|>)\.\d{4} .*event/)
    expect(listed.stdout).toMatch(/delay after P, traces played as live \(stride 1 s\)/)
    expect(listed.stdout.match(/^ +0\.\d+ +\d s +[\d.]+ s/gm)).toHaveLength(54)
    const page = readFileSync(html, 'utf8')
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(3 + 1 + 3)
    expect(page).toContain('Worst false negatives')
    expect(page).not.toMatch(/(?:src|href)=|<script/)

    const partial = await quakewire('evaluate', '--data', data, '--partial', '--threshold', '1', '--json')
    expect(JSON.parse(partial.stdout)).toMatchObject({ threshold: 1, windows: 3 + 2 + 2 })
  })

  it('compares continuous data with a catalogue of events that are not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
    await quakewire('synth', '--out', join(folder, 'archive'), '--stations', '1', '--minutes', '2')
    writeFileSync(join(folder, 'events.csv'), 'time,magnitude\n1999-01-01T00:00:00Z,3\n')
    const { code, stdout } = await quakewire(
      'evaluate',
      '--continuous',
      join(folder, 'archive'),
      '--catalog',
      join(folder, 'events.csv'),
      '--json',
    )
    expect(code).toBe(0)
    const match = JSON.parse(stdout)
    expect(Object.keys(match)).toEqual([
      'events',
      'eventsWithoutData',
      'matched',
      'recall',
      'chanceRecall',
      'detections',
      'unmatched',
      'stationDays',
      'unmatchedPerStationDay',
      'medianDelaySeconds',
      'byMagnitude',
    ])
    expect(match).toMatchObject({ events: 0, eventsWithoutData: 1, recall: null, unmatched: match.detections })
    expect(match.stationDays).toBeGreaterThan(0)
  })

  it('compares network events with a catalogue of earthquakes and where they were', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
    await quakewire('synth', '--out', folder, '--stations', '12', '--minutes', '8', '--seed', '3', '--events-per-hour', '60')
    const command = ['evaluate', '--events', '--continuous', join(folder, 'sds'), '--catalog', join(folder, 'catalogue.csv')]
    const { code, stdout } = await quakewire(...command, '--config', join(folder, 'stations.yaml'), '--json', '--list')
    expect(code).toBe(0)
    const { list, ...summary } = JSON.parse(stdout)
    expect(summary.known).toBeGreaterThan(0)
    expect(list.catalogue).toHaveLength(summary.known)
    expect(list.told).toHaveLength(summary.told)
    expect(summary.fates.found).toBeGreaterThan(0)
    expect(summary.kinds.first).toBe(summary.fates.found + summary.fates.split)
    expect(Math.abs(summary.residuals.median)).toBeLessThan(1)
    expect(summary.location.medianKm).toBeLessThan(20)
    const blind = await quakewire(...command, '--list')
    expect(blind.stdout).toMatch(/^catalogue {3}\d+ events with data, \d+ without: /)
    expect(blind.stdout).toContain('coordinates of stations come from --config')
    expect(blind.stdout).toMatch(/^ {2}known .* detected by \d+, busy at \d+ {2}found$/m)
    expect(blind.stdout).toMatch(/^ {2}told .* one of the catalogue each {2}event-/m)
  })

  it('evaluates a suite of continuous data: counts by set, with other settings of the trigger and the baseline beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
    await quakewire('synth', '--out', join(folder, 'archive'), '--stations', '1', '--minutes', '2')
    writeFileSync(join(folder, 'suite.yaml'), 'sets:\n  - name: quiet\n    paths: [archive]\n    note: nothing known\n')
    const { code, stdout } = await quakewire('evaluate', '--suite', join(folder, 'suite.yaml'), '--trade-off', '--json')
    expect(code).toBe(0)
    const set = JSON.parse(stdout)
    expect(set).toMatchObject({ name: 'quiet', match: { events: 0 }, list: { missedEvents: [] } })
    expect(set.variants).toHaveLength(54)
    expect(set.variants.map(({ match }: { match: { stationDays: number } }) => match.stationDays)).toEqual(
      set.variants.map(() => expect.closeTo(set.match.stationDays, 4)),
    )
    writeFileSync(join(folder, 'suite.yaml'), 'sets:\n  - name: quiet\n    path: [archive]\n')
    const broken = await quakewire('evaluate', '--suite', join(folder, 'suite.yaml'))
    expect(broken.code).toBe(2)
    expect(broken.stderr).toMatch(/suite.yaml:\d+ sets\[0\]\.path/)
  })

  it('says in one line what is wrong with its options', async () => {
    expect(await quakewire('evaluate', '--continuous', '.')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'quakewire: evaluate --continuous: expected --catalog CSV, got none\n',
    })
    const { code, stderr } = await quakewire('evaluate', '--events', '--data', '.')
    expect([code, stderr]).toEqual([2, 'quakewire: evaluate --events: expected --continuous PATH, got none\n'])
  })
})

/** An event, noise, and noise with one dead component, each 60 s at 20 Hz, in split test. */
function madeDataset(): Promise<string> {
  const noise = (seed: number) => Float32Array.from(gaussianNoise(3 * 1200, seed))
  const event = noise(1).map((value, i) => value * (i % 1200 < 600 ? 1 : 1 + 50 * Math.exp((600 - (i % 1200)) / 80)))
  const rows = ['event,earthquake,test,20,600,events', 'noise,noise,test,20,,noise', 'partial,noise,test,20,,noise']
  return writeSeisbench({
    metadata: `trace_name,trace_category,split,trace_sampling_rate_hz,trace_p_arrival_sample,trace_dataset\n${rows.join('\n')}\n`,
    arrays: [
      { name: 'event', shape: [3, 1200], values: event },
      { name: 'noise', shape: [3, 1200], values: noise(2) },
      { name: 'partial', shape: [3, 1200], values: noise(3).fill(0, 1200, 2400) },
    ],
  })
}
