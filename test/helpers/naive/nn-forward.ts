import { type Layer, layerShapes, type Network, type Padding, type Shape } from '../../../src/nn/network.ts'

/** Values as [row][channel], double precision. */
export type Rows = number[][]

/** Every layer from its definition, one loop per index. Element i is the input of layer i, the last one the output. */
export function naiveForward(network: Network, input: ArrayLike<number>, weights = network.weights): Rows[] {
  const shapes = layerShapes(network)
  const values = [toRows(input, network.input)]
  network.layers.forEach((layer, i) => {
    values.push(naiveLayer(layer, values[i]!, weights[i]!, shapes[i + 1]!))
  })
  return values
}

/** What goes into the last sigmoid or softmax: the logit of "earthquake". */
export function naiveLogit(network: Network, input: ArrayLike<number>, weights = network.weights): number {
  const layers = network.layers.map((layer, i) =>
    'activation' in layer && network.layers.slice(i + 1).every((later) => !('activation' in later))
      ? { ...layer, activation: 'linear' as const }
      : layer,
  )
  // Two linear outputs are no detector to `layerShapes`; the shapes are those of the network as it is.
  const shapes = layerShapes(network)
  let rows = toRows(input, network.input)
  layers.forEach((layer, i) => {
    rows = naiveLayer(layer, rows, weights[i]!, shapes[i + 1]!)
  })
  const output = rows.flat()
  return output.length === 1 ? output[0]! : output[1]! - output[0]!
}

export function paddingBefore(rows: number, size: number, strides: number, padding: Padding): number {
  if (padding === 'valid') return 0
  const total = (Math.ceil(rows / strides) - 1) * strides + size - rows
  return Math.max(0, Math.floor(total / 2))
}

function naiveLayer(layer: Layer, x: Rows, weights: readonly ArrayLike<number>[], shape: Shape): Rows {
  switch (layer.kind) {
    case 'conv1d': {
      const [kernel, bias] = weights
      const before = paddingBefore(x.length, layer.kernelSize, layer.strides, layer.padding)
      return activated(
        layer.activation,
        tabulate(shape, (t, o) => {
          let sum = bias?.[o] ?? 0
          for (let k = 0; k < layer.kernelSize; k++) {
            const row = x[t * layer.strides + k - before] ?? []
            row.forEach((value, i) => {
              sum += value * kernel![(k * row.length + i) * layer.filters + o]!
            })
          }
          return sum
        }),
      )
    }
    case 'dense': {
      const [kernel, bias] = weights
      return activated(
        layer.activation,
        tabulate(shape, (t, o) => x[t]!.reduce((sum, value, i) => sum + value * kernel![i * layer.units + o]!, bias?.[o] ?? 0)),
      )
    }
    case 'maxPooling1d': {
      const before = paddingBefore(x.length, layer.poolSize, layer.strides, layer.padding)
      return tabulate(shape, (t, c) => {
        const from = t * layer.strides - before
        return Math.max(...x.slice(Math.max(0, from), from + layer.poolSize).map((row) => row[c]!))
      })
    }
    case 'batchNormalization': {
      const arrays = [...weights]
      const gamma = layer.scale ? arrays.shift() : undefined
      const beta = layer.center ? arrays.shift() : undefined
      const [mean, variance] = arrays
      return tabulate(
        shape,
        (t, c) => ((x[t]![c]! - mean![c]!) / Math.sqrt(variance![c]! + layer.epsilon)) * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0),
      )
    }
    case 'dropout':
      return x
    case 'flatten':
      return [x.flat()]
  }
}

function activated(activation: string, rows: Rows): Rows {
  if (activation === 'relu') return rows.map((row) => row.map((value) => Math.max(0, value)))
  if (activation === 'sigmoid') return rows.map((row) => row.map((value) => 1 / (1 + Math.exp(-value))))
  if (activation === 'linear') return rows
  return rows.map((row) => {
    const total = row.reduce((sum, value) => sum + Math.exp(value), 0)
    return row.map((value) => Math.exp(value) / total)
  })
}

function toRows(values: ArrayLike<number>, shape: Shape): Rows {
  return tabulate(shape, (t, c) => values[t * shape.channels + c]!)
}

function tabulate(shape: Shape, value: (row: number, channel: number) => number): Rows {
  return Array.from({ length: shape.rows }, (_, t) => Array.from({ length: shape.channels }, (_, c) => value(t, c)))
}
