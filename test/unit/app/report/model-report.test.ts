import { beforeAll, describe, expect, it } from 'vitest'
import { exampleWindow } from '../../../../src/app/interpretation/example-window.ts'
import type { DatasetInterpretation } from '../../../../src/app/interpretation/interpret-dataset.ts'
import { modelReport } from '../../../../src/app/report/model-report.ts'
import { DEFAULT_PREPROCESS } from '../../../../src/domain/preprocess-spec.ts'
import { REMOVED_PARTS } from '../../../../src/nn/perturbation.ts'
import { createPreprocessor } from '../../../../src/signal/preprocess.ts'
import { expectSelfContained } from '../../../helpers/html.ts'
import { conv1d, dense, detector, flatten, randomNetwork } from '../../../helpers/networks.ts'

const ROWS = 501
const preprocess = createPreprocessor(DEFAULT_PREPROCESS, { windowLength: ROWS, channels: 3, sampleRate: 20 })
const network = randomNetwork(detector(ROWS, 3, conv1d('conv1'), conv1d('conv2')), 1)
const input = { model: 'made <up>@12345678', network, sampleRate: 20, preprocess }

const shares = (windows: number) => ({
  windows,
  components: [0.2, 0.3, 0.5] as const,
  bands: { edges: [0, 5, 10], relevance: [0.25, 0.75], energy: [0.5, 0.5] },
  phases: { before: { relevance: 0.1, time: 0.4 }, p: { relevance: 0.9, time: 0.6 } },
})
const aligned = { fromSeconds: -1, stepSeconds: 1, z: [null, 0.2], n: [0, 0.1], e: [0, 0], windows: 7 }
const curves = ['LRP β = 0', '|amplitude|', 'random'].map((method, i) => ({
  method,
  logits: REMOVED_PARTS.map((part) => 3 - (3 - i) * part),
  area: 3 - i,
}))
const interpretation: DatasetInterpretation = {
  split: 'test',
  beta: 0,
  windows: { earthquake: 8, noise: 6 },
  right: { earthquake: 7, noise: 5 },
  aggregate: { sampleRate: 20, aroundP: aligned, aroundS: aligned, earthquakes: shares(7), noise: shares(5) },
  perturbation: { removed: REMOVED_PARTS, windows: 7, curves },
  sanity: {
    windows: 7,
    steps: [
      { layer: '', correlation: 1, amplitudeCorrelation: 0.8 },
      { layer: 'conv1', correlation: 0.1, amplitudeCorrelation: 0.7 },
    ],
  },
  maps: ['conv1', 'conv2'].map((layer) => ({
    layer,
    rows: 10,
    channels: 8,
    fieldSeconds: 0.1,
    auc: { before: Array(8).fill(0.5), p: [0.99, ...Array(7).fill(0.4)], s: Array(8).fill(null), coda: Array(8).fill(0.6) },
    dead: [3],
  })),
}

describe('the report of a model', () => {
  let bare = ''
  let full = ''

  beforeAll(() => {
    bare = modelReport(input)
    full = modelReport({ ...input, interpretation, real: [exampleWindow(ROWS, 20, preprocess).input] })
  })

  it('is one page that fetches nothing', () => {
    expectSelfContained(bare)
    expectSelfContained(full)
  })

  it('shows kernels, feature maps and backward optimisation without data, and more with', () => {
    expect(headings(bare)).toEqual(['Kernels', 'Feature maps', 'Backward optimisation'])
    expect(headings(full)).toEqual([
      'Kernels',
      'Feature maps',
      'Backward optimisation',
      'Relevance over the dataset',
      'Can the maps be trusted?',
    ])
  })

  it('escapes what it is told', () => {
    expect(bare).toContain('made &lt;up&gt;@12345678')
    expect(bare).not.toContain('<up>')
  })

  it('draws every kernel of every layer on the scale of its layer', () => {
    for (const name of ['conv1', 'conv2']) expect(bare).toContain(`aria-label="Kernels of ${name}"`)
    const largest = Math.max(...network.weights[0]![0]!.map(Math.abs)).toFixed(2)
    expect(bare).toContain(`+${largest}</text>`)
  })

  it('says in words what the numbers of a dataset are', () => {
    expect(full).toContain('map 0 of conv1 (AUC 0.99)')
    expect(full).toContain(
      'The logit falls most for LRP β = 0 (3.00). Better than the simplest order, the loudest blocks first: LRP β = 0',
    )
    expect(full).toContain('The maps become others: they depend on what was learned.')
    expect(full).toContain('Relevance is densest in P to S: 1.5 times')
    expect(full).toContain('5–10 Hz (25.0 % more of the relevance than of the energy)')
  })

  it('gives the same bytes again', () => {
    expect(modelReport(input)).toBe(bare)
  })

  it('copes with a network that cannot move from zeros and has nothing to slide', () => {
    const layers = [flatten, dense('score', 1, 'sigmoid', false)]
    const flat = randomNetwork({ name: 'flat', input: { rows: ROWS, channels: 3 }, layers }, 1)
    const page = modelReport({ ...input, network: flat })
    expectSelfContained(page)
    expect(page).toContain('The network has no layer in front of its flatten.')
  })
})

describe('the made-up earthquake', () => {
  it('has P five seconds into the window and S behind it, and is the same every time', () => {
    const window = exampleWindow(ROWS, 20, preprocess)
    expect(window.pRow).toBe(100)
    expect(window.sRow).toBeGreaterThan(140)
    expect(window.sRow).toBeLessThan(300)
    expect(Math.max(...window.input.map(Math.abs))).toBeCloseTo(1, 6)
    expect(Object.keys(window.parts)).toEqual(['before', 'p', 's', 'coda'])
    expect(exampleWindow(ROWS, 20, preprocess).input).toEqual(window.input)
  })
})

function headings(html: string): string[] {
  return [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title = '']) => title)
}
