import { readFileSync } from 'node:fs'
import { initialise } from '../../src/nn/initialise.ts'
import type { Activation, Architecture, Layer, Network, Padding } from '../../src/nn/network.ts'
import { Random } from '../../src/nn/random.ts'

export const kernels = readFileSync(new URL('../../src/nn/kernels.wasm', import.meta.url))

/** Uniform numbers in ±1. */
export function noise(count: number, seed: number): Float32Array {
  const random = new Random(seed)
  return new Float32Array(count).map(() => 2 * random.uniform() - 1)
}

/** Random weights, biases and statistics included, so that nothing hides behind a zero. */
export function randomNetwork(architecture: Architecture, seed: number): Network {
  const random = new Random(seed)
  const network = initialise(architecture, seed)
  const weights = network.weights.map((arrays, i) =>
    arrays.map((array, k) => {
      const isVariance = network.layers[i]!.kind === 'batchNormalization' && k === arrays.length - 1
      return k === 0 && !isVariance ? array : array.map(() => (isVariance ? 0.5 : -0.3) + random.uniform() * 0.6)
    }),
  )
  return { ...network, weights }
}

export function conv1d(name: string, options: Partial<Layer & { kind: 'conv1d' }> = {}): Layer {
  const defaults = {
    filters: 8,
    kernelSize: 3,
    strides: 2,
    padding: 'same' as Padding,
    activation: 'relu' as Activation,
    useBias: true,
  }
  return { kind: 'conv1d', name, ...defaults, ...options }
}

export function dense(name: string, units: number, activation: Activation = 'relu', useBias = true): Layer {
  return { kind: 'dense', name, units, activation, useBias }
}

export const flatten: Layer = { kind: 'flatten', name: 'flatten' }

export function architecture(rows: number, channels: number, ...layers: Layer[]): Architecture {
  return { name: 'test', input: { rows, channels }, layers }
}

/** Layers, flattened, to one sigmoid. */
export function detector(rows: number, channels: number, ...layers: Layer[]): Architecture {
  return architecture(rows, channels, ...layers, flatten, dense('score', 1, 'sigmoid'))
}

/** Networks of every layer kind over shapes, strides and paddings, whole blocks of eight channels and not. */
export function networkGrid(): { readonly title: string; readonly architecture: Architecture }[] {
  const grid: { title: string; architecture: Architecture }[] = []
  for (const rows of [1, 2, 7, 16, 25]) {
    for (const kernelSize of [1, 2, 3, 5]) {
      for (const strides of [1, 2, 3]) {
        for (const padding of ['same', 'valid'] as const) {
          if (padding === 'valid' && rows < kernelSize) continue
          const filters = 1 + ((rows * 5 + kernelSize * 3 + strides) % 12)
          const title = `${rows} rows, kernel ${kernelSize}, stride ${strides}, ${padding}, ${filters} filters`
          const first = conv1d('first', { kernelSize, strides, padding, filters })
          grid.push({ title, architecture: detector(rows, 3, first, conv1d('second', { filters: 9 })) })
        }
      }
    }
  }
  for (const rows of [24, 25]) {
    const first = conv1d('first', { kernelSize: 1, strides: 1, filters: 8, activation: 'linear' })
    grid.push({
      title: `${rows} rows, 8 → 16 filters, kernel 3, stride 2`,
      architecture: detector(rows, 3, first, conv1d('second', { filters: 16 })),
    })
  }
  const pool = (poolSize: number, strides: number, padding: Padding): Layer => ({
    kind: 'maxPooling1d',
    name: 'pool',
    poolSize,
    strides,
    padding,
  })
  for (const [poolSize, strides] of [
    [2, 2],
    [3, 2],
    [3, 1],
    [2, 3],
  ] as const) {
    for (const padding of ['same', 'valid'] as const) {
      grid.push({
        title: `pool ${poolSize}, stride ${strides}, ${padding}`,
        architecture: detector(17, 3, conv1d('first'), pool(poolSize, strides, padding), conv1d('second')),
      })
    }
  }
  for (const [center, scale] of [
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ] as const) {
    const normalisation: Layer = { kind: 'batchNormalization', name: 'norm', epsilon: 1e-3, center, scale }
    grid.push({
      title: `batch normalisation, center ${center}, scale ${scale}`,
      architecture: detector(13, 2, conv1d('first'), normalisation, conv1d('second')),
    })
  }
  grid.push({
    title: 'dropout',
    architecture: detector(12, 3, conv1d('first'), { kind: 'dropout', name: 'drop', rate: 0.4 }, dense('rows', 5)),
  })
  grid.push({
    title: 'hidden sigmoid and no bias',
    architecture: detector(12, 3, conv1d('first', { activation: 'sigmoid', useBias: false }), dense('rows', 5, 'linear', false)),
  })
  grid.push({
    title: 'two outputs with softmax',
    architecture: architecture(12, 3, conv1d('first'), flatten, dense('wide', 40), dense('pair', 2, 'softmax')),
  })
  grid.push({
    title: 'convolution down to one value',
    architecture: architecture(
      9,
      3,
      conv1d('first'),
      conv1d('last', { kernelSize: 5, padding: 'valid', filters: 1, activation: 'linear' }),
    ),
  })
  return grid
}
