import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DatasetError } from '../../src/domain/errors.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { parseIsoNanos } from '../../src/domain/time.ts'
import { datasetSha256, type LabelledTrace, openSeisbenchDataset } from '../../src/io/seisbench/dataset.ts'
import { type SeisbenchFiles, writeSeisbench } from '../helpers/seisbench-files.ts'

const HEADER = 'trace_name,trace_category,split,trace_sampling_rate_hz,trace_start_time,trace_p_arrival_sample'
const ZNE = [1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400]

describe('a dataset in SeisBench format', () => {
  it('gives the rows of a bucket as components Z, N, E, cut to their own length', async () => {
    const { traces } = await read({
      metadata: `${HEADER}\n"bucket0$1,:3,:3",earthquake_local,test,100,2020-01-02T03:04:05.5Z,1.25\n`,
      arrays: [{ name: 'bucket0', shape: [2, 3, 4], values: Float32Array.from([...ZNE.map((v) => -v), ...ZNE]) }],
    })
    expect(traces).toHaveLength(1)
    expect(traces[0]?.components.map((c) => [...c])).toEqual([
      [1, 2, 3],
      [10, 20, 30],
      [100, 200, 300],
    ])
    expect(traces[0]).toMatchObject({ sampleRate: 100, isLive: [true, true, true] })
    expect(traces[0]?.label).toMatchObject({
      category: 'earthquake',
      split: 'test',
      startTime: parseIsoNanos('2020-01-02T03:04:05.5Z'),
      pSample: 1.25,
    })
  })

  it('reads traces that are arrays of their own, samples first, in another component order', async () => {
    const values = Float64Array.from([10, 100, 1, 20, 200, 2, 30, 300, 3, 40, 400, 4])
    const { traces } = await read({
      metadata: `${HEADER}\nplain,noise,train,20,,\n`,
      arrays: [{ name: 'plain', shape: [4, 3], values }],
      format: { dimension_order: 'WC', component_order: 'NEZ' },
    })
    expect(traces[0]?.components.map((c) => [...c])).toEqual([
      [1, 2, 3, 4],
      [10, 20, 30, 40],
      [100, 200, 300, 400],
    ])
  })

  it('lets the order of a trace win over the order of the file, takes 1, 2 as N, E and a missing component as dead', async () => {
    const { traces } = await read({
      metadata: `${HEADER},trace_component_order\na,noise,train,20,,,Z12\nb,noise,train,20,,,Z\n`,
      arrays: [
        { name: 'a', shape: [3, 4], values: Float32Array.from(ZNE) },
        { name: 'b', shape: [1, 4], values: Float32Array.from(ZNE.slice(0, 4)) },
      ],
      format: { component_order: 'ENZ' },
    })
    expect([...(traces[0]?.components[1] ?? [])]).toEqual([10, 20, 30, 40])
    expect(traces[1]?.isLive).toEqual([true, false, false])
    expect([...(traces[1]?.components[2] ?? [])]).toEqual([0, 0, 0, 0])
  })

  it('takes the earliest of all P phases, and the rate of the file when the row has none', async () => {
    const { traces } = await read({
      metadata:
        'trace_name,trace_category,trace_Pg_arrival_sample,trace_P_arrival_sample,trace_Pn_arrival_sample\na,earthquake,3,nan,2\n',
      arrays: [{ name: 'a', shape: [3, 4], values: Int32Array.from(ZNE) }],
      format: { sampling_rate: '50' },
    })
    expect(traces[0]).toMatchObject({ sampleRate: 50, label: { pSample: 2, split: undefined } })
  })

  it('names, counts and leaves out bad traces and reads the others', async () => {
    const bad = (values: number[]) => Float32Array.from(values)
    const { traces, problems } = await read({
      metadata: [
        HEADER,
        'good,earthquake_local,train,100,,2',
        'nan,noise,train,100,,',
        'zero,noise,train,100,,',
        'flat,noise,train,100,,',
        'late,earthquake_local,train,100,,4',
        'unlabelled,earthquake_local,train,100,,',
        'absent,noise,train,100,,',
        '"rows$7,:3,:4",noise,train,100,,',
        '"rows$x",noise,train,100,,',
        'rateless,noise,train,,,',
      ].join('\n'),
      arrays: [
        { name: 'good', shape: [3, 4], values: bad(ZNE) },
        { name: 'nan', shape: [3, 4], values: bad(ZNE.with(5, Number.NaN)) },
        { name: 'zero', shape: [3, 4], values: new Float32Array(12) },
        { name: 'flat', shape: [2, 4], values: bad(ZNE.slice(0, 8)) },
        { name: 'late', shape: [3, 4], values: bad(ZNE) },
        { name: 'unlabelled', shape: [3, 4], values: bad(ZNE) },
        { name: 'rows', shape: [1, 3, 4], values: bad(ZNE) },
        { name: 'rateless', shape: [3, 4], values: bad(ZNE) },
      ],
    })
    expect(traces.map(({ label }) => label.name)).toEqual(['good'])
    expect(problems.map(({ code, message, where }) => `${code} ${where?.split(' ').at(-1)}: ${message}`).sort()).toEqual([
      'dataset-trace absent: expected an array data/absent, got none',
      'dataset-trace flat: expected 3 components (ZNE) of samples, got 2 × 4',
      'dataset-trace late: expected P inside the trace (0–3), got sample 4',
      'dataset-trace nan: expected finite samples, got NaN or infinity',
      'dataset-trace rateless: expected a sample rate in Hz, got none',
      'dataset-trace rows$7,:3,:4: expected row 7 of three dimensions, got an array [1, 3, 4]',
      'dataset-trace rows$x: expected a trace name like bucket0$5,:3,:6000, got another index',
      'dataset-trace unlabelled: expected a P arrival on an earthquake trace, got none',
      'dataset-trace zero: expected a live component, got constant samples in all',
    ])
  })

  it('names rows of the metadata that say nonsense', async () => {
    const { traces, problems } = await read({
      metadata: `${HEADER}\na,explosion,train,100,,\na,noise,holdout,100,,\na,noise,train,100,yesterday,\n,noise,train,100,,\n`,
      arrays: [],
    })
    expect(traces).toEqual([])
    expect(problems.map(({ where }) => where?.split(':').at(-1))).toEqual(['2', '3', '4', '5'])
    expect(problems.every(({ code }) => code === 'dataset-row')).toBe(true)
  })

  it('refuses a folder without metadata, a foreign CSV and a file that is no HDF5', async () => {
    const directory = await writeSeisbench({ metadata: `${HEADER}\na,noise,train,100,,\n`, arrays: [] })
    await expect(openSeisbenchDataset(join(directory, 'none'), () => {})).rejects.toThrow(/expected metadata.csv/)
    writeFileSync(join(directory, 'waveforms.hdf5'), 'not HDF5 at all')
    const failure = await openSeisbenchDataset(directory, () => {}).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DatasetError)
    expect((failure as DatasetError).message).toContain('expected readable HDF5')
    writeFileSync(join(directory, 'metadata.csv'), 'time,magnitude\n')
    await expect(openSeisbenchDataset(directory, () => {})).rejects.toThrow(/expected a column trace_name, got time, magnitude/)
  })

  it('reads a scalar sampling rate that is a number, dates with slashes and the ratios of three components, as SeisBench and STEAD write them', async () => {
    const { traces, problems } = await read({
      metadata:
        'trace_name,trace_category,trace_start_time,trace_snr_db,source_id\na,noise,2007/01/02 03:04:05.50,[10.5 20. 30.5],ev1\n',
      arrays: [{ name: 'a', shape: [3, 4], values: Float32Array.from(ZNE) }],
      format: { sampling_rate: 20 },
    })
    expect(problems).toEqual([])
    expect(traces[0]).toMatchObject({ sampleRate: 20, label: { snrDb: (10.5 + 20 + 30.5) / 3, group: 'ev1' } })
    expect(traces[0]?.label.startTime).toBe(parseIsoNanos('2007-01-02T03:04:05.5Z'))
  })

  it('reads the columns of INSTANCE: phases in capitals, a period instead of a rate, ratios per component, two distances', async () => {
    const { traces } = await read({
      metadata:
        'trace_name,trace_dt_s,trace_P_arrival_sample,trace_S_arrival_sample,trace_Z_snr_db,path_hyp_distance_km,path_ep_distance_km,source_id,source_magnitude\na,0.009999999776,1,3,21.5,12.5,11,7,2.1\n',
      arrays: [{ name: 'a', shape: [3, 4], values: Float32Array.from(ZNE) }],
    })
    expect(traces[0]).toMatchObject({
      sampleRate: 100,
      label: { category: 'earthquake', pSample: 1, sSample: 3, snrDb: 21.5, distanceKm: 12.5, group: '7', magnitude: 2.1 },
    })
  })

  it('leaves out an S before P or outside the trace, names it and keeps the trace', async () => {
    const { traces, problems } = await read({
      metadata: `${HEADER},trace_s_arrival_sample\na,earthquake,train,100,,2,1\nb,earthquake,train,100,,2,4\nc,earthquake,train,100,,2,3\n`,
      arrays: ['a', 'b', 'c'].map((name) => ({ name, shape: [3, 4], values: Float32Array.from(ZNE) })),
    })
    expect(traces.map(({ label }) => label.sSample)).toEqual([undefined, undefined, 3])
    expect(problems.map(({ message }) => message)).toEqual([
      'expected S after P and inside the trace (0–3), got sample 1: the trace is kept without it',
      'expected S after P and inside the trace (0–3), got sample 4: the trace is kept without it',
    ])
  })

  it('takes a table that speaks of no earthquake at all as noise, and says so once', async () => {
    const { traces, problems } = await read({
      metadata: 'trace_name,trace_dt_s,station_code\na,0.05,X\nb,0.05,Y\n',
      arrays: ['a', 'b'].map((name) => ({ name, shape: [3, 4], values: Float32Array.from(ZNE) })),
    })
    expect(traces.map(({ label }) => label.category)).toEqual(['noise', 'noise'])
    expect(problems.map(({ code }) => code)).toEqual(['dataset-all-noise'])
  })

  it('reads chunks by their list and without it, and refuses a chunk that is not there', async () => {
    const chunk = (name: string, value: number) =>
      writeSeisbench({
        metadata: `${HEADER}\n${name},noise,train,100,,\n`,
        arrays: [{ name, shape: [3, 4], values: Float32Array.from(ZNE.map((v) => v * value)) }],
      })
    const directory = await chunk('a', 1)
    const other = await chunk('b', 2)
    for (const [from, to] of [
      [join(directory, 'metadata.csv'), 'metadata_0.csv'],
      [join(directory, 'waveforms.hdf5'), 'waveforms_0.hdf5'],
      [join(other, 'metadata.csv'), 'metadata_1.csv'],
      [join(other, 'waveforms.hdf5'), 'waveforms_1.hdf5'],
    ] as const)
      renameSync(from, join(directory, to))
    const names = async () => {
      const dataset = await openSeisbenchDataset(directory, () => {})
      const found = [...dataset.traces(() => true)].map(({ label, components }) => `${label.name} ${components[0][0]}`)
      dataset.close()
      return found
    }
    expect(await names()).toEqual(['a 1', 'b 2'])
    writeFileSync(join(directory, 'chunks'), '_1\n_0\n')
    expect(await names()).toEqual(['a 1', 'b 2'])
    writeFileSync(join(directory, 'chunks'), '_1\n')
    expect(await names()).toEqual(['b 2'])
    writeFileSync(join(directory, 'chunks'), '_1\n_7\n')
    await expect(openSeisbenchDataset(directory, () => {})).rejects.toThrow(/expected a file, got none .*metadata_7.csv/)
  })

  it('has one hash for the same bytes and another for others', async () => {
    const files = { metadata: `${HEADER}\na,noise,train,100,,\n`, arrays: [] }
    const directory = await writeSeisbench(files)
    const before = await datasetSha256(directory)
    expect(await datasetSha256(directory)).toBe(before)
    const bytes = readFileSync(join(directory, 'waveforms.hdf5'))
    writeFileSync(join(directory, 'waveforms.hdf5'), bytes.subarray(0, bytes.length - 1))
    expect(await datasetSha256(directory)).not.toBe(before)
  })
})

async function read(files: SeisbenchFiles): Promise<{ traces: LabelledTrace[]; problems: Problem[] }> {
  const problems: Problem[] = []
  const dataset = await openSeisbenchDataset(await writeSeisbench(files), (problem) => problems.push(problem))
  const traces = [...dataset.traces(() => true)]
  dataset.close()
  return { traces, problems }
}
