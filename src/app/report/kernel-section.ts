import {
  convolutionKernels,
  type FilterPair,
  frequencyResponses,
  type LayerKernels,
  similarFilters,
} from '../../nn/convolution-kernels.ts'
import type { Network } from '../../nn/network.ts'
import { htmlTable } from '../html/page.ts'
import { svgPlot } from '../html/svg-plot.ts'
import { cellGrid } from './cell-grid.ts'
import { divergingLegend } from './diverging-scale.ts'
import { drawing, figure, type Section, signed, text } from './report-page.ts'

const RESPONSE_POINTS = 65
const PAIRS = 5
/** Filters this similar do the same twice. */
const SIMILAR = 0.95

/** Kernels, their frequency responses and their most similar pairs. */
export function kernelSection(network: Network, sampleRate: number): Section {
  const layers = convolutionKernels(network, sampleRate)
  return {
    title: 'Kernels',
    body: [
      '<p>Every convolution slides small kernels over its input. Below are all of their weights: a column of blocks per filter, in a block the taps from left to right and the input channels from top to bottom. All kernels of a layer share one colour scale.</p>',
      ...layers.map(kernelFigure),
      '<h3>Frequency responses</h3>',
      '<p>What a filter lets through when unrelated sines of amplitude 1 are in all of its inputs. Only the first layer sees ground motion; from the second on, the frequency is that of the rise and fall of features, and what is above half the rate of a layer is folded down by its stride.</p>',
      `<div class="plots">${responsePlots(layers)}</div>`,
      `<p>${responseText(layers)}</p>`,
      '<h3>Most similar filters</h3>',
      pairTable(layers),
    ].join('\n'),
  }
}

function kernelFigure(kernels: LayerKernels): string {
  const { layer, kernelSize, inputs, filters, weights, largest } = kernels
  const isSmall = inputs <= 4
  const cell = isSmall ? { width: 8, height: 14 } : { width: 8, height: 3 }
  const left = isSmall ? 22 : 8
  const block = kernelSize * cell.width
  const gap = 3
  const blocks = Array.from({ length: filters }, (_, filter) =>
    cellGrid({
      rows: inputs,
      columns: kernelSize,
      value: (input, tap) => weights[(tap * inputs + input) * filters + filter]!,
      peak: largest,
      left: left + filter * (block + gap),
      top: 14,
      ...cell,
    }),
  )
  const numbers = Array.from({ length: filters }, (_, filter) =>
    filter % 4 === 0 ? text(left + filter * (block + gap) + block / 2, 10, String(filter), 'middle') : '',
  )
  const names = isSmall ? ['Z', 'N', 'E'].slice(0, inputs).map((name, i) => text(4, 14 + (i + 0.75) * cell.height, name)) : []
  const svg = drawing(
    left + filters * (block + gap),
    18 + inputs * cell.height,
    `Kernels of ${layer}`,
    [...blocks, ...numbers, ...names].join(''),
  )
  const scale = divergingLegend(`−${largest.toFixed(2)}`, '0', `+${largest.toFixed(2)}`)
  return figure(
    `${svg}${scale}`,
    `<strong>${layer}</strong>, ${filters} filters × ${inputs} inputs × ${kernelSize} taps. ${kernelText(kernels)}`,
  )
}

function kernelText({ weights, largest, biases, inputs, filters, kernelSize }: LayerKernels): string {
  const faint = weights.filter((weight) => Math.abs(weight) < largest / 20).length / weights.length
  const positive = biases.filter((bias) => bias > 0).length
  const sizes = Array.from({ length: filters }, (_, filter) => {
    let power = 0
    for (let term = 0; term < kernelSize * inputs; term++) power += weights[term * filters + filter]! ** 2
    return Math.sqrt(power)
  })
  const strongest = sizes.indexOf(Math.max(...sizes))
  return `The largest weight is ${largest.toFixed(2)}, ${Math.round(faint * 100)} % of the weights are smaller than a twentieth of it. Filter ${strongest} is the strongest (norm ${sizes[strongest]!.toFixed(2)}), the weakest has ${Math.min(...sizes).toFixed(2)}; ${positive} of ${biases.length} biases are positive.`
}

function responsePlots(layers: readonly LayerKernels[]): string {
  const all = layers.map((kernels) => ({ kernels, ...frequencyResponses(kernels, RESPONSE_POINTS) }))
  const most = Math.max(0, ...all.map(({ gains }) => gains.reduce((a, b) => Math.max(a, b), 0)))
  return all
    .map(({ kernels: { layer, filters, inputRate }, frequencies, gains }) => {
      const curve = (filter: number) =>
        Array.from(frequencies, (hertz, i) => [hertz, gains[filter * RESPONSE_POINTS + i]!] as const)
      return svgPlot(
        `${layer}: gain of its ${filters} filters`,
        { label: 'frequency, Hz', from: 0, to: inputRate / 2 },
        { label: 'gain', from: 0, to: most * 1.05 || 1 },
        Array.from({ length: filters }, (_, filter) => ({ name: '', points: curve(filter) })),
      )
    })
    .join('')
}

function responseText(layers: readonly LayerKernels[]): string {
  const [first] = layers
  if (first === undefined) return ''
  const { frequencies, gains } = frequencyResponses(first, RESPONSE_POINTS)
  const peaks = Array.from({ length: first.filters }, (_, filter) => {
    const curve = gains.subarray(filter * RESPONSE_POINTS, (filter + 1) * RESPONSE_POINTS)
    return frequencies[curve.indexOf(Math.max(...curve))]!
  })
  const half = first.inputRate / 4
  const low = peaks.filter((hertz) => hertz < half / 2).length
  const high = peaks.filter((hertz) => hertz > half + half / 2).length
  return `Of the ${first.filters} filters of ${first.layer}, ${low} let most through below ${half / 2} Hz, ${high} above ${half + half / 2} Hz and ${first.filters - low - high} in between: ${first.kernelSize} taps at ${first.inputRate} Hz cannot be sharper.`
}

function pairTable(layers: readonly LayerKernels[]): string {
  const rows = layers.map((kernels) => {
    const pairs = similarFilters(kernels, Number.POSITIVE_INFINITY)
    const count = pairs.filter(({ cosine }) => Math.abs(cosine) > SIMILAR).length
    const shown = pairs.slice(0, PAIRS).map(({ first, second, cosine }: FilterPair) => `${first}–${second}: ${signed(cosine)}`)
    return [kernels.layer, count, shown.join(', ')]
  })
  const total = rows.reduce((sum, [, count]) => sum + Number(count), 0)
  const seen =
    total === 0
      ? `No two filters of a layer have a cosine beyond ±${SIMILAR}: none could be saved without loss.`
      : `${total} pairs do nearly the same (or the opposite): that many filters could be saved.`
  return `${htmlTable(['layer', `pairs beyond ±${SIMILAR}`, 'most similar pairs: cosine of their weights'], rows)}<p>${seen}</p>`
}
