import type { DetectionWire } from '../../contract/detection.ts'
import { scoreText } from '../../domain/score-text.ts'
import type { Palette } from '../plot/palette.ts'
import { instrumentName, utc } from '../ui/format.ts'
import type { DetectionFigure } from './detection-figure.ts'
import { drawDetection, type FigureLook } from './draw-detection.ts'

const WIDTH = 1200
const HEIGHT = 760
const HEAD = 64
const FOOT = 30
const SHARPNESS = 2

/**
 * The figure with a title and where it comes from: a picture that explains itself in a report.
 *
 * @param filter what was done to the traces, if anything
 */
export function figurePng(
  figure: DetectionFigure,
  detection: DetectionWire,
  look: FigureLook,
  palette: Palette,
  filter: string | undefined,
): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH * SHARPNESS
  canvas.height = HEIGHT * SHARPNESS
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.scale(SHARPNESS, SHARPNESS)
  context.fillStyle = palette.panel
  context.fillRect(0, 0, WIDTH, HEIGHT)
  context.fillStyle = palette.text
  context.font = 'bold 18px system-ui, sans-serif'
  context.fillText(`${instrumentName(detection.instrument)}   ${utc(detection.onset.time, 2)} UTC`, 16, 28)
  context.font = '13px system-ui, sans-serif'
  context.fillStyle = palette.muted
  context.fillText(subtitleOf(detection, look, figure, filter), 16, 50)
  context.fillText(`Quakewire · model ${detection.model} · configuration ${detection.config}`, 16, HEIGHT - 10)
  context.translate(0, HEAD)
  drawDetection(context, figure, { ...look, width: WIDTH, height: HEIGHT - HEAD - FOOT, cursor: undefined }, palette)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('picture: expected a PNG, got nothing'))), 'image/png')
  })
}

function subtitleOf(
  { peak, quality, label }: DetectionWire,
  { hasRelevance }: FigureLook,
  { relevance }: DetectionFigure,
  filter: string | undefined,
): string {
  const parts = [`highest score ${scoreText(peak.score, 5)}`, 'amplitudes in counts at the rate of the model']
  if (filter !== undefined) parts.push(filter)
  if (quality.snrDb !== null) parts.push(`SNR ${quality.snrDb.toFixed(0)} dB`)
  if (hasRelevance && relevance) parts.push('relevance: orange for, blue against an earthquake')
  if (label) parts.push(`label: ${label.value} (${label.by})`)
  return parts.join(' · ')
}

/** Hands a file to the browser. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
