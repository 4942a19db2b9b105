import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quakewire } from '../helpers/command-line.ts'
import { expectSelfContained } from '../helpers/html.ts'
import { writeSeisbench } from '../helpers/seisbench-files.ts'
import { gaussianNoise } from '../helpers/signals.ts'

/** Each run loads the sources anew, which takes a while on a busy machine. */
const PATIENCE = 120_000

describe('quakewire explain over a dataset', { timeout: PATIENCE }, () => {
  it('prints one object, and writes the page about the model with what the data say', async () => {
    const data = await madeDataset()
    const file = join(mkdtempSync(join(tmpdir(), 'explain-')), 'report.html')
    const { code, stdout, stderr } = await quakewire('explain', '--data', data, '--windows', '4', '--json', '--html', file)
    expect(stderr).toBe(`${file} written\n`)
    expect(code).toBe(0)
    const seen = JSON.parse(stdout)
    expect(Object.keys(seen)).toEqual([
      'model',
      'split',
      'beta',
      'windows',
      'right',
      'aggregate',
      'perturbation',
      'sanity',
      'maps',
    ])
    expect(seen).toMatchObject({ split: 'test', beta: 0, windows: { earthquake: 2, noise: 2 } })
    expect(seen.aggregate.earthquakes.windows).toBe(seen.right.earthquake)
    expect(
      seen.perturbation.curves.every(({ logits }: { logits: number[] }) => logits.length === seen.perturbation.removed.length),
    ).toBe(true)
    expect(seen.maps).toHaveLength(7)
    const html = readFileSync(file, 'utf8')
    expectSelfContained(html)
    expect(html).toContain('Relevance over the dataset')
  })

  it('refuses a window and a dataset at once', async () => {
    const both = await quakewire('explain', '--data', 'x', '--window', 'y')
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('expected either a window or --data, got both') })
  })
})

/** Two earthquakes with P and S and two traces of noise. */
function madeDataset(): Promise<string> {
  const noise = (seed: number) => Float32Array.from(gaussianNoise(3 * 1200, seed))
  const event = (seed: number) =>
    noise(seed).map((value, i) => {
      const row = i % 1200
      return value * (row < 600 ? 1 : row < 680 ? 10 : 1 + 50 * Math.exp((680 - row) / 80))
    })
  const rows = ['one,earthquake,600,680', 'two,earthquake,600,680', 'three,noise,,', 'four,noise,,']
  return writeSeisbench({
    metadata: `trace_name,trace_category,trace_p_arrival_sample,trace_s_arrival_sample,split,trace_sampling_rate_hz\n${rows.map((row) => `${row},test,20`).join('\n')}\n`,
    arrays: [
      { name: 'one', shape: [3, 1200], values: event(1) },
      { name: 'two', shape: [3, 1200], values: event(2) },
      { name: 'three', shape: [3, 1200], values: noise(3) },
      { name: 'four', shape: [3, 1200], values: noise(4) },
    ],
  })
}
