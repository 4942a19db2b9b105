import type { Architecture } from './network.ts'
import { stridedArchitecture } from './strided-architecture.ts'

/**
 * The detector of Majstorović, Giffard-Roisin & Poli (2021): 25 s at 20 Hz, seven strided convolutions, 35,585 parameters.
 */
export function majstorovicArchitecture(): Architecture {
  return stridedArchitecture({
    name: 'majstorovic',
    rows: 501,
    filters: [32, 32, 32, 32, 32, 32, 32],
    kernelSizes: [3],
    pooledRows: 1,
    units: 128,
  })
}
