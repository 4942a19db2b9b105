interface Size {
  readonly width: number
  readonly height: number
}

/** Sizes as the browser last laid them out: asking for one makes it lay out the page at once, five hundred times a second. */
const sizes = new WeakMap<Element, Size>()
const observer = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) sizes.set(target, { width: contentRect.width, height: contentRect.height })
})

/** One of many: its size is told with all others' when the page is laid out, and it cannot be drawn before. */
export function awaitSize(canvas: HTMLCanvasElement): void {
  observer.observe(canvas)
}

export function hasSize(canvas: HTMLCanvasElement): boolean {
  return sizes.has(canvas)
}

/**
 * Makes the canvas as sharp as the screen.
 *
 * @returns its size in CSS pixels, in which the context draws from now on
 */
export function fitCanvas(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): Size {
  const { width, height } = sizes.get(canvas) ?? observed(canvas)
  const ratio = window.devicePixelRatio
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  return { width, height }
}

function observed(canvas: HTMLCanvasElement): Size {
  const size = { width: canvas.clientWidth, height: canvas.clientHeight }
  sizes.set(canvas, size)
  observer.observe(canvas)
  return size
}
