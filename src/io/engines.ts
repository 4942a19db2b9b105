import type { Classifier } from '../domain/ports.ts'
import { createBuiltinEngine } from '../nn/builtin-engine.ts'
import type { Network } from '../nn/network.ts'
import { readKernels } from './kernels-file.ts'
import { createTensorflowEngine } from './tensorflow-engine.ts'

export const ENGINE_NAMES = ['builtin', 'tensorflow'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

/**
 * `builtin`: SIMD WebAssembly, no native code, the same bits everywhere. `tensorflow`: @tensorflow/tfjs-node, installed by the user,
 * faster for large batches only.
 *
 * @throws {ModelFormatError} when the network's weights and layers do not fit together
 * @throws {EngineError} when the engine is not available here; the message says how to get it
 */
export async function createEngine(name: EngineName, network: Network): Promise<Classifier> {
  return name === 'builtin' ? createBuiltinEngine(network, readKernels()) : createTensorflowEngine(network)
}
