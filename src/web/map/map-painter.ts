import { fitCanvas } from '../plot/canvas.ts'
import { paletteOf } from '../plot/palette.ts'
import { drawLand } from './draw-land.ts'
import { drawScene } from './draw-scene.ts'
import { type Detail, loadOutlines } from './load-outlines.ts'
import { Arrivals, type MapScene } from './map-scene.ts'
import type { Outlines } from './outlines.ts'
import { longitudeScale, type MapView, type Size } from './projection.ts'

/** Where the 1:50 million outlines begin to look coarse: a point of theirs every few pixels. */
const DETAILED_PIXELS_PER_DEGREE = 40

/**
 * Draws a map on a canvas, when something changed. The land is kept as a picture: new states of 500 stations cost 500 marks, not a
 * hundred thousand points of coast.
 */
export class MapPainter {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #land = document.createElement('canvas')
  readonly #arrivals = new Arrivals()
  readonly #isStill = matchMedia('(prefers-reduced-motion: reduce)')
  readonly #onFailure: (error: unknown) => void
  readonly #outlines = new Map<Detail, Outlines>()
  #scene: MapScene | undefined
  #view: MapView | undefined
  #size: Size = { width: 0, height: 0 }
  #isLandOld = true
  #frame = 0

  /** @param onFailure the outlines could not be loaded; stations are drawn all the same */
  constructor(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, onFailure: (error: unknown) => void) {
    this.#canvas = canvas
    this.#context = context
    this.#onFailure = onFailure
  }

  show(scene: MapScene): void {
    this.#scene = scene
    this.#arrivals.note(scene.detections, scene.dataTime, performance.now())
    this.#request()
  }

  look(view: MapView): void {
    this.#view = view
    this.repaint()
  }

  resize(size: Size): void {
    this.#size = size
    this.repaint()
  }

  /** In other colours. */
  repaint(): void {
    this.#isLandOld = true
    this.#request()
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((now) => this.#draw(now))
  }

  #draw(now: number): void {
    this.#frame = 0
    const [scene, view] = [this.#scene, this.#view]
    if (!scene || !view || this.#size.width === 0) return
    if (this.#isLandOld) this.#drawLand(view)
    const size = fitCanvas(this.#canvas, this.#context)
    this.#context.drawImage(this.#land, 0, 0, size.width, size.height)
    const flashes = this.#isStill.matches ? [] : this.#arrivals.flashes(now)
    drawScene({ context: this.#context, scene, view, size, palette: paletteOf(this.#canvas) }, flashes)
    if (flashes.length > 0) this.#request()
  }

  #drawLand(view: MapView): void {
    const context = this.#land.getContext('2d')
    if (!context) return
    const size = this.#size
    const ratio = window.devicePixelRatio
    this.#land.width = Math.round(size.width * ratio)
    this.#land.height = Math.round(size.height * ratio)
    context.scale(ratio, ratio)
    const style = getComputedStyle(this.#canvas)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const colours = { water: colour('--water'), land: colour('--land'), line: colour('--coast') }
    drawLand(context, this.#outlinesFor(view), view, size, colours)
    this.#isLandOld = false
  }

  /** The coarse ones come first, and are drawn until the others are there. The whole Earth in detail would take seconds. */
  #outlinesFor(view: MapView): Outlines | undefined {
    const coarse = this.#known('coarse')
    return longitudeScale(view) < DETAILED_PIXELS_PER_DEGREE ? coarse : (this.#known('detailed') ?? coarse)
  }

  #known(detail: Detail): Outlines | undefined {
    if (!this.#outlines.has(detail)) void this.#load(detail)
    return this.#outlines.get(detail)
  }

  async #load(detail: Detail): Promise<void> {
    try {
      this.#outlines.set(detail, await loadOutlines(detail))
      this.repaint()
    } catch (error) {
      this.#onFailure(error)
    }
  }
}
