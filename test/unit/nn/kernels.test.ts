import { expect, it } from 'vitest'
import { compileKernels } from '../../../scripts/build-kernels.mjs'
import { kernels } from '../../helpers/networks.ts'

it('the committed kernels.wasm is what its sources compile to (else: node scripts/build-kernels.mjs)', async () => {
  expect(Buffer.compare(await compileKernels(), kernels)).toBe(0)
})
