import { describe, expect, it } from 'vitest'
import { labelledWindows } from '../../src/app/interpretation/labelled-windows.ts'
import { createPreprocessor } from '../../src/signal/preprocess.ts'
import { writeSeisbench } from '../helpers/seisbench-files.ts'
import { gaussianNoise } from '../helpers/signals.ts'

const ROWS = 1200
const preprocess = createPreprocessor(
  { detrend: 'demean', highpassHz: null, normalise: 'max-abs' },
  { windowLength: 501, channels: 3, sampleRate: 20 },
)

/** Six earthquakes (P and S picked), four traces of noise, the last of them without E; all in the split `test`. */
function madeDataset(): Promise<string> {
  const names = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'n0', 'n1', 'n2', 'n3']
  const rows = names.map((name) => (name.startsWith('e') ? `${name},earthquake,600,680` : `${name},noise,,`))
  return writeSeisbench({
    metadata: `trace_name,trace_category,trace_p_arrival_sample,trace_s_arrival_sample,split,trace_sampling_rate_hz\n${rows.map((row) => `${row},test,20`).join('\n')}\n`,
    arrays: names.map((name, seed) => {
      const values = Float32Array.from(gaussianNoise(3 * ROWS, seed + 1))
      return { name, shape: [3, ROWS], values: name === 'n3' ? values.fill(0, 2 * ROWS) : values }
    }),
  })
}

async function windowsOf(count: number, split: 'test' | 'dev' = 'test') {
  const shares: number[] = []
  const reading = { windowLength: 501, sampleRate: 20, preprocess, onProblem() {}, onLoad: (share: number) => shares.push(share) }
  const windows = await labelledWindows({ directories: [await madeDataset()], split, count }, reading)
  return { windows, shares }
}

describe('labelled windows', () => {
  it('are one per trace, P at different places in them, without traces that have a dead component', async () => {
    const { windows, shares } = await windowsOf(100)
    expect(windows.map(({ label }) => label.name)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'n0', 'n1', 'n2'])
    const places = windows.flatMap(({ pRow }) => pRow ?? [])
    expect(new Set(places)).toEqual(new Set([400, 250, 100]))
    for (const { pRow, sRow, parts } of windows.slice(0, 6)) {
      expect(sRow! - pRow!).toBe(80)
      expect(parts.p).toEqual({ from: pRow, to: sRow })
    }
    expect(Math.max(...windows[0]!.input.map(Math.abs))).toBeCloseTo(1, 6)
    expect(shares.at(-1)).toBe(1)
  })

  it('are no more than asked for, of traces all over the dataset', async () => {
    const { windows } = await windowsOf(4)
    expect(windows.map(({ label }) => label.name)).toEqual(['e0', 'e3', 'n0', 'n2'])
  })

  it('are none where the split has none', async () => {
    expect((await windowsOf(4, 'dev')).windows).toEqual([])
  })
})
