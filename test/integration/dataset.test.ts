import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type BuildOptions, buildDataset } from '../../src/app/dataset/build-dataset.ts'
import { inspectDataset } from '../../src/app/dataset/inspect-dataset.ts'
import { inspectionPage } from '../../src/app/dataset/inspection-page.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { SourceId } from '../../src/domain/source-id.ts'
import { nanosToMicros } from '../../src/domain/time.ts'
import { readCatalogue, readEvents } from '../../src/io/event-catalogue.ts'
import { openSeisbenchDataset } from '../../src/io/seisbench/dataset.ts'
import { createSeisbench } from '../../src/io/seisbench/dataset-writer.ts'
import { encodeRecords } from '../../src/miniseed/index.ts'
import { DAY, SECOND, writeFiles } from '../helpers/archive-files.ts'
import { writeSeisbench } from '../helpers/seisbench-files.ts'
import { gaussianNoise } from '../helpers/signals.ts'

const RATE = 50
const HOUR = 3600

describe('dataset build', () => {
  it('cuts events by their picks and noise from between, sample by sample, and gives it back as SeisBench does', async () => {
    const { folder, samples } = archive([1800.3])
    const time = DAY + 1800_300_000_000n
    const out = join(folder, 'made')
    const event = {
      id: 'ev1',
      originTime: nanosToMicros(time - 4n * SECOND),
      magnitude: 2.5,
      picks: [
        { station: 'XX_ABC', phase: 'P', time: nanosToMicros(time) },
        { station: 'XX_ABC', phase: 'S', time: nanosToMicros(time + 3n * SECOND) },
      ],
    }
    const summary = await buildDataset({ ...OPTIONS, paths: [join(folder, 'data')], events: [event as never], out })
    expect(summary).toMatchObject({ earthquakes: 1, noise: 2, leftOut: {} })
    const { traces, problems } = await read(out)
    expect(problems).toEqual([])
    const [earthquake] = traces.filter(({ label }) => label.category === 'earthquake')
    expect(earthquake).toMatchObject({
      sampleRate: RATE,
      label: { station: 'XX_ABC', magnitude: 2.5, group: 'ev1', pSample: 30 * RATE, sSample: 33 * RATE },
    })
    expect(earthquake?.label.snrDb).toBeGreaterThan(20)
    // 30 s before P, which lies between two samples of 20 ms: the nearest one is the first.
    const first = Math.round(1770.3 * RATE)
    expect([...(earthquake?.components[1] ?? [])]).toEqual([...(samples[1] ?? []).slice(first, first + 90 * RATE)])
    for (const { label, components } of traces.filter(({ label }) => label.category === 'noise')) {
      const seconds = Number((label.startTime - DAY) / SECOND)
      expect(seconds + 60 < 1740 || seconds > 2100).toBe(true)
      expect([...components[2]]).toEqual([...(samples[2] ?? []).slice(seconds * RATE, (seconds + 60) * RATE)])
    }
  })

  it('picks P itself where only the origin is known, and leaves out what nothing stands out of', async () => {
    const { folder } = archive([1800])
    const events = [1795, 3000].map((second) => ({
      id: `ev ${second}`,
      originTime: nanosToMicros(DAY) + second * 1e6,
      magnitude: undefined,
      picks: [],
    }))
    const summary = await buildDataset({ ...OPTIONS, paths: [join(folder, 'data')], events, out: join(folder, 'made') })
    expect(summary).toMatchObject({ earthquakes: 1, leftOut: { 'no clear P': 1 } })
    const { traces } = await read(join(folder, 'made'))
    const [earthquake] = traces.filter(({ label }) => label.category === 'earthquake')
    // 30 s before the origin, which is 5 s before P.
    expect((earthquake?.label.pSample ?? 0) / RATE).toBeCloseTo(35, 0.7)
  })

  it('gives the same bytes for the same seed, keeps events that share data on one side, and leaves out gaps', async () => {
    const { folder } = archive([1000, 1050, 2500, 3200], { gapAt: 3210 })
    const events = [1000, 1050, 2500, 3200].map((second) => ({
      id: `ev ${second}`,
      originTime: undefined,
      magnitude: undefined,
      picks: [{ station: 'XX_ABC', phase: 'P', time: nanosToMicros(DAY) + second * 1e6 }] as never,
    }))
    const made = async (name: string, seed: number) => {
      const out = join(folder, name)
      const summary = await buildDataset({ ...OPTIONS, seed, paths: [join(folder, 'data')], events, out })
      const hash = createHash('sha256')
        .update(readFileSync(join(out, 'waveforms.hdf5')))
        .digest('hex')
      return { summary, metadata: readFileSync(join(out, 'metadata.csv'), 'utf8'), hash }
    }
    const one = await made('one', 1)
    expect(one.summary).toMatchObject({ earthquakes: 3, leftOut: { 'no data or a gap inside': 1 }, largestGroupShare: 2 / 3 })
    // Later by more than the second that HDF5 counts in.
    vi.useFakeTimers({ now: Date.now() + 5000, toFake: ['Date'] })
    const again = await made('again', 1)
    vi.useRealTimers()
    expect(again.metadata.replaceAll('again', 'one')).toBe(one.metadata)
    expect(again.hash).toBe(one.hash)
    const { traces } = await read(join(folder, 'one'))
    const groupOf = (second: number) => traces.find(({ label }) => label.startTime === DAY + BigInt(second - 30) * SECOND)?.label
    expect(groupOf(1000)?.group).toBe(groupOf(1050)?.group)
    expect(groupOf(1000)?.split).toBe(groupOf(1050)?.split)
    expect(groupOf(2500)?.group).not.toBe(groupOf(1000)?.group)
    await expect(made('one', 1)).rejects.toThrow(/expected an empty or new folder/)
  })
})

describe('dataset inspect', () => {
  it('counts what is there and names what looks wrong', async () => {
    const noise = (seed: number) => Float32Array.from(gaussianNoise(3 * 2000, seed))
    const event = noise(9).map((value, i) => (i % 2000 < 1000 ? value : 40 * value))
    const directory = await writeSeisbench({
      metadata: [
        'trace_name,trace_category,split,trace_sampling_rate_hz,trace_p_arrival_sample,source_magnitude,trace_group,trace_noise_kind',
        'good,earthquake_local,train,100,1000,2.5,a,',
        'late,earthquake_local,test,100,1900,1.5,a,',
        'weak,earthquake_local,train,100,400,,b,',
        'early,earthquake_local,train,100,20,,c,',
        'outside,earthquake_local,train,100,5000,,d,',
        'noise,noise,train,100,,,e,cultural',
        'again,noise,train,100,,,f,cultural',
        'picked,noise,dev,100,7,,g,',
        'dead,noise,dev,100,,,h,',
        'noise,noise,train,100,,,e,cultural',
      ].join('\n'),
      arrays: [
        { name: 'good', shape: [3, 2000], values: event },
        { name: 'late', shape: [3, 2000], values: noise(2) },
        { name: 'weak', shape: [3, 2000], values: noise(3).map((value, i) => (i % 2000 < 400 ? 3 * value : value)) },
        { name: 'early', shape: [3, 2000], values: noise(4) },
        { name: 'outside', shape: [3, 2000], values: noise(5) },
        { name: 'noise', shape: [3, 2000], values: noise(6) },
        { name: 'again', shape: [3, 2000], values: noise(6) },
        { name: 'picked', shape: [3, 2000], values: noise(7) },
        { name: 'dead', shape: [3, 2000], values: noise(8).fill(0, 2000, 4000) },
      ],
    })
    const inspection = await inspectDataset(directory)
    expect(inspection).toMatchObject({
      labels: 10,
      traces: 9,
      earthquakes: 4,
      noise: 5,
      partial: 1,
      leakingGroups: ['a'],
      magnitude: [2.5, 1.5],
    })
    expect(inspection.byNoiseKind).toEqual([
      { name: 'cultural', earthquakes: 0, noise: 3 },
      { name: 'not said', earthquakes: 0, noise: 2 },
    ])
    expect(inspection.problems).toMatchObject([{ code: 'dataset-trace', count: 1 }])
    expect(inspection.suspicions.map(({ kind, trace }) => `${trace}: ${kind}`).sort()).toEqual([
      'again: same samples as another trace',
      'dead: dead component',
      'early: P at the very start',
      'noise: named twice',
      'noise: same samples as another trace',
      'picked: P on a noise trace',
      'weak: no more energy after P than before',
    ])
    const page = inspectionPage([inspection])
    expect(page).toContain('no more energy after P than before')
    expect(page.match(/<svg/g)?.length).toBe(2)
  })

  it('names what a model surely calls the opposite of its label', async () => {
    const noise = (seed: number) => Float32Array.from(gaussianNoise(3 * 1200, seed))
    const directory = await writeSeisbench({
      metadata:
        'trace_name,trace_category,trace_sampling_rate_hz,trace_p_arrival_sample\nloud,noise,20,\nsilent,earthquake,20,600\n',
      arrays: [
        { name: 'loud', shape: [3, 1200], values: noise(1).map((value) => 100 * value) },
        { name: 'silent', shape: [3, 1200], values: noise(2) },
      ],
    })
    const scorer = {
      sampleRate: 20,
      weigh: (score: number) => score,
      preprocess: (raw: Float64Array, out: Float32Array) => {
        out.set(raw)
        return true
      },
      classifier: {
        windowLength: 501,
        channels: 3,
        classify: (window: Float32Array) => Float32Array.of(window.some((value) => Math.abs(value) > 50) ? 0.999 : 0.001),
      },
    }
    const { suspicions } = await inspectDataset(directory, { scorer })
    expect(suspicions.map(({ kind, trace }) => `${trace}: ${kind}`)).toEqual([
      'loud: noise that the model calls an earthquake',
      'silent: earthquake that the model calls noise',
    ])
  })
})

describe('a dataset that is written', () => {
  it('keeps buckets of one length apart, quotes what needs it and comes back as it went', async () => {
    const out = join(mkdtempSync(join(tmpdir(), 'dataset-')), 'made')
    const writer = await createSeisbench(out, ['trace_category', 'trace_sampling_rate_hz', 'trace_dataset', 'station_code'])
    const lengths = Array.from({ length: 150 }, (_, index) => (index % 3 === 0 ? 40 : 60))
    for (const [index, length] of lengths.entries()) {
      const component = (offset: number) => Float32Array.from({ length }, (_, i) => index * 1000 + offset + i)
      writer.add({
        components: [component(0), component(100), component(200)],
        columns: { trace_category: 'noise', trace_sampling_rate_hz: 50, trace_dataset: 'a, "b"', station_code: `S${index}` },
      })
    }
    writer.close()
    const { traces, problems } = await read(out)
    expect(problems).toEqual([])
    expect(traces).toHaveLength(150)
    for (const { label, components } of traces) {
      const index = Number(label.station.slice(2))
      expect(components[1]).toHaveLength(lengths[index] ?? 0)
      expect(components[2][5]).toBe(index * 1000 + 205)
      expect(label.dataset).toBe('a, "b"')
    }
  })
})

describe('a catalogue in QuakeML', () => {
  it('gives origins, preferred magnitudes and picks, whether phases are hints or arrivals', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'quakeml-')), 'catalogue.xml')
    writeFileSync(path, QUAKEML)
    const problems: Problem[] = []
    const events = readEvents(path, (problem) => problems.push(problem))
    const hypocentre = { place: { latitude: 42.5, longitude: 13.25 }, depthKm: 11 }
    expect(events).toEqual([
      {
        id: 'smi:x/1',
        originTime: Date.parse('2020-01-02T03:04:05.500Z') * 1000,
        magnitude: 2.5,
        picks: [
          { station: 'XX_ABC', phase: 'P', time: Date.parse('2020-01-02T03:04:09Z') * 1000 },
          { station: 'XX_DEF', phase: 'S', time: Date.parse('2020-01-02T03:04:12Z') * 1000 },
        ],
        ...hypocentre,
      },
    ])
    expect(problems.map(({ code, where }) => `${code} ${where?.split(' ').at(-1)}`)).toEqual(['catalogue-event smi:x/2'])
    expect(readCatalogue(path, () => {})).toEqual([{ time: events[0]?.originTime, magnitude: 2.5, ...hypocentre }])
  })

  it('refuses XML of another kind and a file that is not there', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'quakeml-')), 'catalogue.xml')
    writeFileSync(path, '<html></html>')
    expect(() => readEvents(path, () => {})).toThrow(/expected QuakeML/)
    expect(() => readEvents(`${path}.gone`, () => {})).toThrow(/expected a CSV or QuakeML file, got none/)
  })
})

const QUAKEML = `<?xml version="1.0"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:x">
<!-- <event publicID="smi:x/0"/> -->
<event publicID="smi:x/1">
  <preferredOriginID>smi:x/o2</preferredOriginID><preferredMagnitudeID>smi:x/m2</preferredMagnitudeID>
  <pick publicID="smi:x/p1"><time><value>2020-01-02T03:04:09Z</value></time><waveformID networkCode="XX" stationCode="ABC" channelCode="HHZ"/><phaseHint>Pg</phaseHint></pick>
  <pick publicID="smi:x/p2"><time><value>2020-01-02T03:04:12Z</value></time><waveformID networkCode="XX" stationCode="DEF"></waveformID></pick>
  <pick publicID="smi:x/p3"><time><value>2020-01-02T03:04:13Z</value></time><waveformID networkCode="XX" stationCode="DEF"/></pick>
  <origin publicID="smi:x/o1"><time><value>2020-01-02T03:00:00Z</value></time></origin>
  <origin publicID="smi:x/o2"><time><value>2020-01-02T03:04:05.5Z</value><uncertainty>1</uncertainty></time><latitude><value>42.5</value></latitude><longitude><value>13.25</value></longitude><depth><value>11000</value></depth><arrival publicID="smi:x/a"><pickID>smi:x/p2</pickID><phase>Sn</phase></arrival></origin>
  <magnitude publicID="smi:x/m1"><mag><value>9</value></mag></magnitude>
  <magnitude publicID="smi:x/m2"><mag><value>2.5</value></mag></magnitude>
</event>
<event publicID="smi:x/2"><description><text>no origin</text></description></event>
</eventParameters></q:quakeml>
`

const OPTIONS: Omit<BuildOptions, 'paths' | 'events' | 'out'> = {
  name: 'made',
  beforeSeconds: 30,
  afterSeconds: 60,
  noiseRatio: 2,
  noiseSeconds: 60,
  shares: { train: 0.5, dev: 0.25 },
  seed: 1,
  onProblem: (problem) => {
    throw new Error(problem.message)
  },
}

/** An hour of three components at 50 Hz, with bursts at some seconds. */
function archive(bursts: readonly number[], { gapAt }: { gapAt?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'dataset-'))
  mkdirSync(join(folder, 'data'))
  const samples = ['Z', 'N', 'E'].map((component, column) => {
    const noise = gaussianNoise(HOUR * RATE, column + 1)
    const counts = Int32Array.from(noise, (value, i) => {
      const since = Math.max(...bursts.map((second) => (i / RATE >= second ? Math.exp((second - i / RATE) / 5) : 0)))
      return Math.round(value * (20 + 2000 * since))
    })
    const id = `FDSN:XX_ABC__H_H_${component}` as SourceId
    const pieces =
      gapAt === undefined
        ? [[0, HOUR]]
        : [
            [0, gapAt],
            [gapAt + 5, HOUR],
          ]
    const records = pieces.flatMap(([from = 0, to = 0]) =>
      encodeRecords(id, DAY + BigInt(from) * SECOND, RATE, counts.slice(from * RATE, to * RATE), {}),
    )
    writeFiles(join(folder, 'data'), { [`${component}.mseed`]: records })
    return counts
  })
  return { folder, samples }
}

async function read(directory: string) {
  const problems: Problem[] = []
  const dataset = await openSeisbenchDataset(directory, (problem) => problems.push(problem))
  const traces = [...dataset.traces(() => true)]
  dataset.close()
  return { traces, problems }
}
