import type { GridTrace } from '../../src/app/training/grid-trace.ts'
import { Random } from '../../src/nn/random.ts'

/** A labelled trace on the grid: quiet noise and, with `pRow`, an event from there on. */
export function gridTrace(options: {
  readonly rows: number
  readonly pRow?: number
  readonly firstIndex?: number
  readonly dataset?: string
  readonly noiseKind?: string
  readonly seed?: number
  readonly samples?: Float64Array
}): GridTrace {
  const { rows, pRow, firstIndex = 1000, dataset = 'made', noiseKind = '', seed = 1 } = options
  const random = new Random(seed)
  const samples = new Float64Array(rows * 3).map((_, i) => {
    const row = Math.floor(i / 3)
    const level = pRow === undefined || row < pRow ? 1 : 100 * Math.exp((pRow - row) / 200)
    return level * (random.uniform() - 0.5)
  })
  return {
    label: {
      name: `${dataset} ${seed}`,
      dataset,
      category: pRow === undefined ? 'noise' : 'earthquake',
      split: 'train',
      sampleRate: 20,
      startTime: 0n,
      componentOrder: 'ZNE',
      pSample: pRow,
      sSample: undefined,
      noiseKind,
      station: 'XX_A',
      snrDb: undefined,
      magnitude: undefined,
      distanceKm: undefined,
      group: `${dataset} ${seed}`,
    },
    firstIndex,
    length: rows,
    samples: options.samples ?? samples,
    pIndex: pRow === undefined ? undefined : firstIndex + pRow,
    sIndex: undefined,
    isLive: [true, true, true],
  }
}
