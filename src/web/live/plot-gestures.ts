export interface PlotGestures {
  /** @param share of the width, towards later times */
  onPan(share: number): void
  /** @param factor above 1: more time; @param anchor 0 (left) to 1 (right) */
  onZoom(factor: number, anchor: number): void
}

/** One notch of a mouse wheel. */
const NOTCH_PIXELS = 100
const FACTOR_PER_NOTCH = 1.25
/** Fingers that cross each other must not zoom without end. */
const LEAST_SPREAD_PIXELS = 20

/** Drags move through time, two fingers and the wheel change how much of it is seen. @returns takes it back */
export function listenToDrags(element: HTMLElement, { onPan, onZoom }: PlotGestures): () => void {
  /** Where each finger or the mouse is, in CSS pixels of the window. */
  const held = new Map<number, number>()
  const signal = new AbortController()
  const options = { signal: signal.signal }
  element.addEventListener(
    'pointerdown',
    ({ pointerId, clientX, button }) => {
      if (button !== 0 || held.size === 2) return
      held.set(pointerId, clientX)
      element.setPointerCapture(pointerId)
    },
    options,
  )
  element.addEventListener(
    'pointermove',
    ({ pointerId, clientX }) => {
      if (!held.has(pointerId) || held.get(pointerId) === clientX) return
      const before = spread(held)
      held.set(pointerId, clientX)
      const { middle, distance } = spread(held)
      if (middle !== before.middle) onPan((before.middle - middle) / element.clientWidth)
      if (held.size < 2) return
      const anchor = (middle - element.getBoundingClientRect().left) / element.clientWidth
      onZoom(Math.max(before.distance, LEAST_SPREAD_PIXELS) / Math.max(distance, LEAST_SPREAD_PIXELS), anchor)
    },
    options,
  )
  const release = ({ pointerId }: PointerEvent) => {
    held.delete(pointerId)
  }
  element.addEventListener('pointerup', release, options)
  element.addEventListener('pointercancel', release, options)
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault()
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) onPan(event.deltaX / element.clientWidth)
      else onZoom(FACTOR_PER_NOTCH ** (event.deltaY / NOTCH_PIXELS), event.offsetX / element.clientWidth)
    },
    { ...options, passive: false },
  )
  return () => signal.abort()
}

function spread(held: ReadonlyMap<number, number>): { middle: number; distance: number } {
  const [a = 0, b = a] = held.values()
  return { middle: (a + b) / 2, distance: Math.abs(a - b) }
}
