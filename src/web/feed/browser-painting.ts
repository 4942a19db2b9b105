import type { Painting } from './drawn-log.ts'

/** The page that this is. */
export const browserPainting: Painting = {
  now: () => performance.timeOrigin + performance.now(),
  isHidden: () => document.hidden,
  afterFrame: (done) => {
    requestAnimationFrame(() => {
      // A message posted in a frame is delivered when layout and painting of that frame are over.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        done()
      }
      port2.postMessage(undefined)
    })
  },
  isInView: (element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect()
    return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && bottom > top
  },
}
