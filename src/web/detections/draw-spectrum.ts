import { logTicks, shortNumber } from '../plot/axis-ticks.ts'
import type { Palette } from '../plot/palette.ts'
import type { Spectrum, SpectrumRange } from './spectrum-range.ts'

const LEFT = 54
const RIGHT = 12
const TOP = 10
const BOTTOM = 32
const FONT = '11px system-ui, sans-serif'

/** Amplitude over frequency, both logarithmic. */
export function drawSpectrum(
  context: CanvasRenderingContext2D,
  spectrum: Spectrum,
  range: SpectrumRange,
  { width, height }: { width: number; height: number },
  palette: Palette,
): void {
  const along = (frequency: number) =>
    LEFT + (Math.log(frequency / range.from) / Math.log(range.to / range.from)) * (width - LEFT - RIGHT)
  const up = (amplitude: number) =>
    height - BOTTOM - (Math.log(amplitude / range.least) / Math.log(range.largest / range.least)) * (height - TOP - BOTTOM)
  context.fillStyle = palette.panel
  context.fillRect(0, 0, width, height)
  context.font = FONT
  context.strokeStyle = palette.line
  context.fillStyle = palette.muted
  context.lineWidth = 1
  context.beginPath()
  context.textAlign = 'center'
  for (const tick of frequencyTicks(range)) {
    const x = Math.round(along(tick)) + 0.5
    context.moveTo(x, TOP)
    context.lineTo(x, height - BOTTOM)
    context.fillText(shortNumber(tick), x, height - BOTTOM + 14)
  }
  context.textAlign = 'right'
  for (const tick of logTicks(range.least, range.largest)) {
    const y = Math.round(up(tick)) + 0.5
    context.moveTo(LEFT, y)
    context.lineTo(width - RIGHT, y)
    context.fillText(shortNumber(tick), LEFT - 6, y + 3.5)
  }
  context.stroke()
  context.textAlign = 'center'
  context.fillText('frequency in Hz', (LEFT + width - RIGHT) / 2, height - 4)
  context.textAlign = 'left'
  context.save()
  context.beginPath()
  context.rect(LEFT, TOP, width - LEFT - RIGHT, height - TOP - BOTTOM)
  context.clip()
  for (const [i, values] of [spectrum.Z, spectrum.N, spectrum.E].entries()) {
    context.strokeStyle = palette.components[i] as string
    context.lineWidth = 1.25
    context.beginPath()
    for (let line = 1; line < values.length; line++) {
      context.lineTo(along(line * spectrum.frequencyStep), up(Math.max(range.least / 10, values[line] as number)))
    }
    context.stroke()
  }
  context.restore()
}

/** 1, 2, 5 of each decade: frequencies are read off, not only looked at. */
function frequencyTicks({ from, to }: SpectrumRange): number[] {
  return logTicks(from, to)
    .flatMap((decade) => [decade, 2 * decade, 5 * decade].filter((tick) => tick <= to))
    .filter(isFirst)
}

function isFirst(value: number, index: number, all: readonly number[]): boolean {
  return all.indexOf(value) === index
}
