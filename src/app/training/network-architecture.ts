import type { TrainingConfig } from '../../contract/training-config.ts'
import type { Architecture } from '../../nn/network.ts'
import { stridedArchitecture } from '../../nn/strided-architecture.ts'

/** The layers that `training.yaml` asks for. A window of 25 s at 20 Hz has 501 rows: both ends count. */
export function networkArchitecture({ sampleRate, windowSeconds, ...shape }: TrainingConfig['network']): Architecture {
  return stridedArchitecture({ ...shape, rows: windowSeconds * sampleRate + 1 })
}
