export interface PlotGestures {
  /** @param share of the width, towards later times */
  onPan(share: number): void
  /** @param factor above 1: more time; @param anchor 0 (left) to 1 (right) */
  onZoom(factor: number, anchor: number): void
}

/** One notch of a mouse wheel. */
const NOTCH_PIXELS = 100
const FACTOR_PER_NOTCH = 1.25

/** Drags move through time, the wheel changes how much of it is seen. @returns takes it back */
export function listenToDrags(element: HTMLElement, { onPan, onZoom }: PlotGestures): () => void {
  let held: { pointer: number; x: number } | undefined
  const signal = new AbortController()
  const options = { signal: signal.signal }
  element.addEventListener(
    'pointerdown',
    ({ pointerId, clientX, button }) => {
      if (button !== 0) return
      held = { pointer: pointerId, x: clientX }
      element.setPointerCapture(pointerId)
    },
    options,
  )
  element.addEventListener(
    'pointermove',
    ({ pointerId, clientX }) => {
      if (held?.pointer !== pointerId || clientX === held.x) return
      onPan((held.x - clientX) / element.clientWidth)
      held = { pointer: pointerId, x: clientX }
    },
    options,
  )
  const release = () => {
    held = undefined
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
