import type { RelevanceWire } from '../../contract/http.ts'
import type { LiveTraces } from '../feed/live-traces.ts'
import type { Band } from '../plot/band-filter.ts'
import { fitCanvas } from '../plot/canvas.ts'
import { SpectrogramPainter } from '../plot/draw-spectrogram.ts'
import {
  type Amplitude,
  type DetectionMark,
  drawComponents,
  drawDetections,
  drawHoles,
  drawRelevance,
  drawScores,
  drawTimeAxis,
  type StationScene,
} from '../plot/draw-station.ts'
import { pagePalette } from '../plot/palette.ts'
import { PreparedTraces, type TimeRange } from '../plot/prepared-traces.ts'
import { stationPanels } from '../plot/station-panels.ts'

export interface StationPictureOptions {
  readonly band: Band
  readonly amplitude: Amplitude
  readonly hasSpectrogram: boolean
  readonly thresholds: { readonly on: number; readonly off: number }
  readonly detections: readonly DetectionMark[]
  readonly relevance: readonly RelevanceWire[]
  /** What a time without samples is. */
  readonly holeText: (hole: TimeRange) => string
}

/** A picture that would move by less than this is not drawn again, pixels. */
const STILL_PIXELS = 0.12
/** Samples on a pixel from which the picture moves by whole pixels: ranges between them would flicker. */
const DENSE = 4

/** Everything that is seen of one station, on one canvas; draws only what changes. */
export class StationPicture {
  readonly #prepared = new PreparedTraces()
  readonly #spectrogram = new SpectrogramPainter()
  #drawn: { from: number; key: string; options: StationPictureOptions | undefined } = {
    from: Number.NaN,
    key: '',
    options: undefined,
  }

  /** @returns false when nothing had changed */
  draw(
    canvas: HTMLCanvasElement,
    context: CanvasRenderingContext2D,
    traces: LiveTraces,
    range: TimeRange,
    options: StationPictureOptions,
  ): boolean {
    const palette = pagePalette()
    const { width, height } = fitCanvas(canvas, context)
    const perSecond = width / (range.to - range.from)
    const { from, to } = traces.rate / perSecond >= DENSE ? snapped(range, perSecond) : range
    const key = [width, height, (to - from).toFixed(3), traces.samples.version, traces.scores.version, palette.text].join(' ')
    const isMoved = !(Math.abs(from - this.#drawn.from) * perSecond < STILL_PIXELS)
    if (!isMoved && key === this.#drawn.key && options === this.#drawn.options) return false
    this.#drawn = { from, key, options }

    const scene: StationScene = { from, to, width, palette, panels: stationPanels(height, options.hasSpectrogram) }
    this.#prepared.update(traces, scene, options.band)
    context.clearRect(0, 0, width, height)
    drawTimeAxis(context, scene)
    drawHoles(context, scene, this.#prepared.holes, options.holeText)
    for (const relevance of options.relevance) drawRelevance(context, scene, relevance)
    drawComponents(context, scene, this.#prepared, options.amplitude)
    if (options.hasSpectrogram) this.#spectrogram.draw(context, scene, traces)
    drawScores(context, scene, traces, options.thresholds)
    drawDetections(context, scene, options.detections)
    return true
  }
}

function snapped({ from, to }: TimeRange, perSecond: number): TimeRange {
  const start = Math.floor(from * perSecond) / perSecond
  return { from: start, to: start + to - from }
}
