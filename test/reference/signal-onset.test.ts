import { expect, it } from 'vitest'
import { fitsInside, toGridTrace, windowOf } from '../../src/app/training/grid-trace.ts'
import { openSeisbenchDataset } from '../../src/io/seisbench/dataset.ts'
import { pickOnset } from '../../src/signal/onset-picker.ts'
import { referencePath } from '../helpers/reference.ts'

it('picks labelled P as an analyst would: half of them within 0.15 s, two of three within 0.3 s', async () => {
  const dataset = await openSeisbenchDataset(referencePath('data', 'waveforms'), () => {})
  const errors: number[] = []
  for (const trace of dataset.traces((label) => label.split === 'dev' && label.pSample !== undefined)) {
    const grid = toGridTrace(trace, 20, () => {})
    if (grid?.pIndex === undefined || !grid.isLive.every(Boolean)) continue
    for (const before of [100, 250, 400]) {
      const first = grid.pIndex - before
      if (!fitsInside(grid, first, 501)) continue
      const pick = pickOnset(windowOf(grid, first, 501))
      errors.push(pick ? Math.abs(pick.index - before) / 20 : Number.POSITIVE_INFINITY)
    }
  }
  dataset.close()
  errors.sort((a, b) => a - b)
  expect(errors.length).toBeGreaterThan(200)
  expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.15)
  expect(errors[Math.floor((errors.length * 2) / 3)]).toBeLessThan(0.3)
})
