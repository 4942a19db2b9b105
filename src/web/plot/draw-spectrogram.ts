import type { SampleBlocks } from '../feed/sample-blocks.ts'
import { colourAt } from './colour-map.ts'
import { placeOf, type StationScene } from './draw-station.ts'
import { SPECTRUM_ROWS, Spectrogram, spectrumRange } from './spectrogram.ts'

/** Columns that are worth computing. */
const MOST_COLUMNS = 600

/** The map is the same in light and dark, and so is what is written on it. */
const LABEL_BACK = 'rgb(0 20 50 / 70%)'

const COLOURS = Array.from({ length: 256 }, (_, i) => colourAt(i / 255))

/** Draws the spectrogram of Z; makes the image anew only when another column is in view. */
export class SpectrogramPainter {
  readonly #spectrogram = new Spectrogram()
  readonly #image = document.createElement('canvas')
  readonly #scaled = document.createElement('canvas')
  #key = ''
  #scaledKey = ''

  draw(context: CanvasRenderingContext2D, scene: StationScene, { samples, rate }: { samples: SampleBlocks; rate: number }): void {
    const panel = scene.panels.spectrogram
    if (!panel) return
    const hop = Math.max(1, Math.ceil((scene.to - scene.from) / MOST_COLUMNS)) * rate
    const first = Math.floor((scene.from * rate) / hop)
    const count = Math.ceil((scene.to * rate) / hop) - first + 1
    const key = `${first} ${count} ${hop} ${samples.version}`
    if (key !== this.#key) this.#paint(first, count, hop, samples)
    this.#key = key
    const left = placeOf(((first - 0.5) * hop) / rate, scene)
    const right = placeOf(((first + count - 0.5) * hop) / rate, scene)
    const { canvas, ratio } = this.#scaledTo(right - left, panel.height)
    // On whole pixels of the screen: a picture between them costs as much as scaling it.
    const x = Math.round(left * ratio) / ratio
    context.drawImage(canvas, x, Math.round(panel.top * ratio) / ratio, canvas.width / ratio, canvas.height / ratio)
    context.font = '11px system-ui, sans-serif'
    const text = `Z, 0 to ${rate / 2} Hz`
    context.fillStyle = LABEL_BACK
    context.fillRect(0, panel.top, context.measureText(text).width + 12, 17)
    context.fillStyle = '#ffffff'
    context.fillText(text, 6, panel.top + 12)
  }

  /** Scaled once for many pictures: without a GPU that takes longer than all the rest of one. */
  #scaledTo(width: number, height: number): { canvas: HTMLCanvasElement; ratio: number } {
    const ratio = window.devicePixelRatio
    const canvas = this.#scaled
    const size = { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) }
    const key = `${this.#key} ${size.width} ${size.height}`
    if (key === this.#scaledKey) return { canvas, ratio }
    this.#scaledKey = key
    canvas.width = size.width
    canvas.height = size.height
    canvas.getContext('2d')?.drawImage(this.#image, 0, 0, size.width, size.height)
    return { canvas, ratio }
  }

  #paint(first: number, count: number, hop: number, samples: SampleBlocks): void {
    const read = (from: number, out: Float32Array) => samples.copy(from, 0, out)
    const columns = Array.from({ length: count }, (_, i) => this.#spectrogram.column(first + i, hop, read))
    this.#spectrogram.keep(first, first + count)
    const { from, to } = spectrumRange(columns.filter((column) => column !== undefined))
    const context = this.#image.getContext('2d')
    if (!context) return
    this.#image.width = count
    this.#image.height = SPECTRUM_ROWS
    const image = context.createImageData(count, SPECTRUM_ROWS)
    for (const [x, column] of columns.entries()) {
      if (!column) continue
      for (let row = 0; row < SPECTRUM_ROWS; row++) {
        const share = ((column[row] as number) - from) / (to - from)
        const [red, green, blue] = COLOURS[Math.min(255, Math.max(0, Math.round(share * 255)))] as readonly [
          number,
          number,
          number,
        ]
        image.data.set([red, green, blue, 255], ((SPECTRUM_ROWS - 1 - row) * count + x) * 4)
      }
    }
    context.putImageData(image, 0, 0)
  }
}
