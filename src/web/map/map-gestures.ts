import type { Point } from './projection.ts'

export interface MapHandlers {
  onPan(by: Point): void
  onZoom(at: Point, factor: number): void
  onFit(): void
  /** Under the pointer now; undefined when it left. */
  onPoint(at: Point | undefined): void
  onPick(at: Point): void
}

const KEY_PIXELS = 60
const KEY_FACTOR = 1.5
/** Of a mouse wheel's notch (100 px): about a quarter. */
const WHEEL_FACTOR_PER_PIXEL = 1.0023
/** A press that moved less is a click. */
const CLICK_PIXELS = 4
const CENTRE = Symbol()

const KEYS: Readonly<Record<string, Point | number | typeof CENTRE>> = {
  ArrowLeft: { x: KEY_PIXELS, y: 0 },
  ArrowRight: { x: -KEY_PIXELS, y: 0 },
  ArrowUp: { x: 0, y: KEY_PIXELS },
  ArrowDown: { x: 0, y: -KEY_PIXELS },
  '+': KEY_FACTOR,
  '=': KEY_FACTOR,
  '-': 1 / KEY_FACTOR,
  '0': CENTRE,
}

/**
 * Mouse: drag and wheel. Touch: two fingers move and zoom, one scrolls the page as everywhere, a tap picks. Keys, while the map has
 * the focus: arrows, +, −, 0.
 *
 * @returns takes it all back
 */
export function listenToGestures(canvas: HTMLCanvasElement, handlers: MapHandlers): () => void {
  const controller = new AbortController()
  const options = { signal: controller.signal }
  listenToMouse(canvas, handlers, options)
  listenToTouch(canvas, handlers, options)
  canvas.addEventListener('keydown', (event) => pressKey(event, canvas, handlers), options)
  return () => controller.abort()
}

function listenToMouse(canvas: HTMLCanvasElement, handlers: MapHandlers, options: AddEventListenerOptions): void {
  let last: Point | undefined
  let moved = 0
  const press = (event: PointerEvent) => {
    if (event.pointerType === 'touch' || event.button !== 0) return
    canvas.setPointerCapture(event.pointerId)
    last = { x: event.offsetX, y: event.offsetY }
    moved = 0
  }
  const move = (event: PointerEvent) => {
    if (event.pointerType === 'touch') return
    const at = { x: event.offsetX, y: event.offsetY }
    if (last) {
      moved += Math.hypot(at.x - last.x, at.y - last.y)
      if (moved >= CLICK_PIXELS) handlers.onPan({ x: at.x - last.x, y: at.y - last.y })
      last = at
    } else handlers.onPoint(at)
  }
  const release = () => {
    last = undefined
  }
  canvas.addEventListener('pointerdown', press, options)
  canvas.addEventListener('pointermove', move, options)
  canvas.addEventListener('pointerup', release, options)
  canvas.addEventListener('pointercancel', release, options)
  canvas.addEventListener('pointerleave', () => handlers.onPoint(undefined), options)
  canvas.addEventListener(
    'click',
    ({ offsetX, offsetY }) => moved < CLICK_PIXELS && handlers.onPick({ x: offsetX, y: offsetY }),
    options,
  )
  const wheel = (event: WheelEvent) => {
    event.preventDefault()
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 33
    handlers.onZoom({ x: event.offsetX, y: event.offsetY }, WHEEL_FACTOR_PER_PIXEL ** -pixels)
  }
  canvas.addEventListener('wheel', wheel, { ...options, passive: false })
}

function listenToTouch(canvas: HTMLCanvasElement, handlers: MapHandlers, options: AddEventListenerOptions): void {
  let last: { middle: Point; spread: number } | undefined
  const start = ({ touches }: TouchEvent) => {
    last = pinchOf(touches, canvas)
  }
  const move = (event: TouchEvent) => {
    const pinch = pinchOf(event.touches, canvas)
    if (!pinch || !last) return
    event.preventDefault()
    handlers.onPan({ x: pinch.middle.x - last.middle.x, y: pinch.middle.y - last.middle.y })
    if (last.spread > 0) handlers.onZoom(pinch.middle, pinch.spread / last.spread)
    last = pinch
  }
  canvas.addEventListener('touchstart', start, { ...options, passive: true })
  canvas.addEventListener('touchmove', move, { ...options, passive: false })
  canvas.addEventListener('touchend', start, options)
  canvas.addEventListener('touchcancel', start, options)
}

function pinchOf(touches: TouchList, canvas: HTMLCanvasElement): { middle: Point; spread: number } | undefined {
  const [a, b] = [touches[0], touches[1]]
  if (!a || !b) return undefined
  const { left, top } = canvas.getBoundingClientRect()
  return {
    middle: { x: (a.clientX + b.clientX) / 2 - left, y: (a.clientY + b.clientY) / 2 - top },
    spread: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  }
}

function pressKey(event: KeyboardEvent, canvas: HTMLCanvasElement, handlers: MapHandlers): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const action = KEYS[event.key]
  if (action === undefined) return
  event.preventDefault()
  event.stopPropagation()
  if (action === CENTRE) handlers.onFit()
  else if (typeof action === 'number') handlers.onZoom({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 }, action)
  else if (typeof action === 'object') handlers.onPan(action)
}
