import { expect, it } from 'vitest'
import { compareStores } from '../drill/compare-stores.ts'
import { closed, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { freshStore } from '../helpers/fresh-store.ts'

const [open, whole] = [freshStore(), freshStore()]

it('counts a detection once that is open in one store and closed, with a later peak window, in the other', () => {
  const [first, second] = [exampleDetection(0), exampleDetection(60)]
  for (const { store } of [open, whole]) store.commit(told(first, 0))
  open.store.commit(told(second, 0))
  whole.store.commit(told(closed(second), 10))

  const found = compareStores(open.file, whole.file).map(({ what, counts, differences }) => ({ what, counts, differences }))
  expect(found).toEqual([
    { what: 'detections', counts: [2, 2], differences: 1 },
    { what: 'scores', counts: [0, 0], differences: 0 },
    { what: 'arrivals', counts: [0, 0], differences: 0 },
    { what: 'waveforms', counts: [2, 2], differences: 0 },
    { what: 'peak windows', counts: [2, 2], differences: 1 },
    { what: 'relevances', counts: [2, 2], differences: 1 },
  ])
})

it('sees a window that is the same but lies elsewhere', () => {
  open.store.commit(told(exampleDetection(0), 0))
  whole.store.commit(told(exampleDetection(0), 1))
  const found = compareStores(open.file, whole.file)
  expect(found.flatMap(({ what, differences }) => (differences > 0 ? [what] : []))).toEqual(['peak windows', 'relevances'])
})

/** A detection with its best window `seconds` after the beginning of its waveform. */
function told(detection: ReturnType<typeof exampleDetection>, seconds: number) {
  const detectionId = detection.id
  const place = { detectionId, startTime: EXAMPLE_TIME, rate: 20 }
  const window = { ...place, startTime: EXAMPLE_TIME + seconds * 1e6 }
  return {
    detections: [{ detection, latency: {} }],
    snippets: [{ ...place, samples: new Float32Array(30).fill(2) }],
    peakWindows: [{ ...window, samples: new Float64Array(30).fill(2) }],
    relevances: [{ ...window, beta: 0, values: new Float32Array(30).fill(0.1) }],
  }
}
