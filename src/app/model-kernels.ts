import type { ModelKernels } from '../contract/model-kernels.ts'
import { layerShapes, type Network, weightSpecs } from '../nn/network.ts'
import { shortDigits } from './wire-components.ts'

/** Every layer of a network with its weights. */
export function modelKernels(model: string, network: Network): ModelKernels {
  const shapes = layerShapes(network)
  const layers = network.layers.map((layer, i) => {
    const output = shapes[i + 1]!
    const weights = weightSpecs(layer, shapes[i]!).map(({ name, shape }, k) => ({
      name,
      shape: [...shape],
      values: [...shortDigits(network.weights[i]![k]!)],
    }))
    return { name: layer.name, kind: layer.kind, output: [output.rows, output.channels] as [number, number], weights }
  })
  return { model, layers }
}
