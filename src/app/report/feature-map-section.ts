import type { LayerActivation } from '../../nn/builtin-engine.ts'
import type { Network } from '../../nn/network.ts'
import { fieldCentre, type ReceptiveField, receptiveFields } from '../../nn/receptive-fields.ts'
import type { DatasetInterpretation } from '../interpretation/interpret-dataset.ts'
import type { LabelledWindow } from '../interpretation/labelled-windows.ts'
import { cellGrid } from './cell-grid.ts'
import { divergingLegend } from './diverging-scale.ts'
import { drawing, figure, linePath, type Section, text } from './report-page.ts'
import { windowFigure } from './window-figure.ts'

const COLUMN = 118
const ROW = 17
const LEFT = 24
const TOP = 34

/**
 * Activations of the layers in front of the flatten for one window.
 *
 * @param activations of all layers, as the engine gives them
 */
export function featureMapSection(
  network: Network,
  activations: readonly LayerActivation[],
  window: LabelledWindow,
  sampleRate: number,
  maps: DatasetInterpretation['maps'] | undefined,
): Section {
  const fields = receptiveFields(network)
  const shown = shownLayers(network)
  if (shown === 0) return { title: 'Feature maps', body: '<p>The network has no layer in front of its flatten.</p>' }
  const { input, pRow, sRow } = window
  const marks: [string, number][] = []
  if (pRow !== undefined) marks.push(['P', pRow])
  if (sRow !== undefined) marks.push(['S', sRow])
  const made = window.label.dataset === 'synthetic' ? 'a made-up earthquake' : `a window of ${window.label.dataset}`
  return {
    title: 'Feature maps',
    body: [
      figure(
        windowFigure({ samples: input, sampleRate, marks }),
        `The input, ${made}: preprocessed, so that the largest sample of the three components is 1.`,
      ),
      figure(
        mapsDrawing(activations.slice(0, shown), fields, input.length / 3, sampleRate, marks),
        `What every filter makes of it: a row per filter, a column per layer, time from left to right as above, the axis of a column from 0 to the number at its head. ${activityText(activations.slice(0, shown))}`,
      ),
      maps === undefined
        ? '<p>With a dataset (<code>--data</code>) this chapter shows which maps tell P, S, coda and noise apart.</p>'
        : separation(maps),
    ].join('\n'),
  }
}

function shownLayers(network: Network): number {
  const end = network.layers.findIndex(({ kind }) => kind === 'flatten' || kind === 'dense')
  return end < 0 ? network.layers.length : end
}

function mapsDrawing(
  activations: readonly LayerActivation[],
  fields: readonly ReceptiveField[],
  inputRows: number,
  sampleRate: number,
  marks: readonly (readonly [string, number])[],
): string {
  const rows = Math.max(...activations.map(({ channels }) => channels))
  const columns = activations.map((activation, i) => {
    const left = LEFT + i * COLUMN
    const width = COLUMN - 10
    const field = fields[i]!
    const most = activation.values.reduce((a, b) => Math.max(a, b), 0)
    const x = (row: number) => left + Math.min(width, Math.max(0, (fieldCentre(field, row) / (inputRows - 1)) * width))
    const lines = Array.from({ length: activation.channels }, (_, channel) => {
      const base = TOP + (channel + 1) * ROW - 3
      const y = (row: number) =>
        base - (Math.max(0, activation.values[row * activation.channels + channel]!) / (most || 1)) * (ROW - 4)
      const points = Array.from({ length: activation.rows }, (_, row) => [x(row), y(row)] as const)
      return `M${left} ${base}h${width}${linePath(points)}`
    })
    const picks = marks.map(([, row]) => {
      const at = (left + (row / (inputRows - 1)) * width).toFixed(1)
      return `<line class="mark" x1="${at}" x2="${at}" y1="${TOP - 2}" y2="${TOP + rows * ROW}" stroke-opacity=".4"/>`
    })
    const head =
      text(left, 11, `${activation.layer}: 0 … ${most.toFixed(1)}`) +
      text(left, 24, `sees ${((field.length - 1) / sampleRate).toFixed(field.length > 60 ? 1 : 2)} s`)
    return `${head}<path class="trace" stroke-width=".7" d="${lines.join('')}"/>${picks.join('')}`
  })
  const names = Array.from({ length: rows }, (_, channel) =>
    channel % 4 === 0 ? text(LEFT - 6, TOP + (channel + 1) * ROW - 3, String(channel), 'end') : '',
  )
  return drawing(
    LEFT + activations.length * COLUMN,
    TOP + rows * ROW + 6,
    'Feature maps of all layers in front of the flatten',
    [...columns, ...names].join(''),
  )
}

function activityText(activations: readonly LayerActivation[]): string {
  const parts = activations.map(({ layer, values, channels }) => {
    const active = values.filter((value) => value > 0).length / values.length
    const silent = Array.from({ length: channels }, (_, channel) => channel).filter((channel) =>
      values.every((value, i) => i % channels !== channel || value <= 0),
    )
    return `${layer} ${Math.round(active * 100)} % (${silent.length} silent)`
  })
  return `Share of values above zero, and maps that stay silent in this window: ${parts.join(', ')}.`
}

const PHASE_NAMES = { before: 'before P', p: 'P', s: 'S', coda: 'coda' } as const
const CELL = { width: 22, height: 18 }

function separation(maps: DatasetInterpretation['maps']): string {
  const phases = Object.keys(PHASE_NAMES) as (keyof typeof PHASE_NAMES)[]
  const left = 130
  const block = phases.length * CELL.height + 14
  const content = maps.map(({ layer, channels, auc }, i) => {
    const top = 16 + i * block
    const cells = cellGrid({
      rows: phases.length,
      columns: channels,
      value: (row, channel) => (auc[phases[row]!][channel] ?? Number.NaN) - 0.5,
      peak: 0.5,
      left,
      top,
      ...CELL,
    })
    const names = phases.map((phase, row) => text(left - 6, top + (row + 0.75) * CELL.height, PHASE_NAMES[phase], 'end'))
    return text(4, top + 12, layer) + names.join('') + cells
  })
  const most = Math.max(...maps.map(({ channels }) => channels))
  const numbers = Array.from({ length: most }, (_, channel) =>
    channel % 4 === 0 ? text(left + (channel + 0.5) * CELL.width, 11, String(channel), 'middle') : '',
  )
  const svg = drawing(
    left + most * CELL.width + 4,
    16 + maps.length * block,
    'Separation of phases by map',
    [...numbers, ...content].join(''),
  )
  const legend = divergingLegend('AUC 0: lower', '0.5', '1: higher than in noise')
  return `<h3>Which maps tell the phases apart</h3>${figure(svg + legend, separationText(maps))}`
}

function separationText(maps: DatasetInterpretation['maps']): string {
  const best = (Object.keys(PHASE_NAMES) as (keyof typeof PHASE_NAMES)[]).map((phase) => {
    const all = maps.flatMap(({ layer, auc }) =>
      auc[phase].flatMap((value, channel) => (value === null ? [] : [{ layer, channel, value }])),
    )
    const winner = all.sort((a, b) => Math.abs(b.value - 0.5) - Math.abs(a.value - 0.5))[0]
    return winner === undefined
      ? `${PHASE_NAMES[phase]}: not in the data`
      : `${PHASE_NAMES[phase]}: map ${winner.channel} of ${winner.layer} (AUC ${winner.value.toFixed(2)})`
  })
  const dead = maps.map(({ layer, dead: gone }) => `${layer} ${gone.length === 0 ? 'none' : gone.join(', ')}`)
  return `A cell is one map: how often its mean activation in the phase exceeds that in a window of noise (area under the ROC curve); the middle of the scale cannot tell. Best for ${best.join('; ')}. All windows are scaled to a largest sample of 1, so noise fills its window and what precedes P is small: most maps are lower before P for that reason alone. Dead (never above zero in any window): ${dead.join('; ')}.`
}
