/** Draws; @param now milliseconds as of `performance.now()` */
export type Draw = (now: number) => void

interface Job {
  readonly draw: Draw
  readonly everyMillis: number
  due: number
}

/** What drawing may take of one frame: the rest of a large wall follows on the next ones. */
const BUDGET_MILLIS = 8
/** A frame is this long at most; what is due sooner is not worth a timer. */
const SHORT_MILLIS = 20

const jobs = new Set<Job>()
let isRunning = false

/**
 * Calls `draw` at most once in `everyMillis`, before the browser paints; never while the page is hidden. One loop for all canvases: a
 * wall of five hundred would otherwise wake the page five hundred times.
 *
 * @returns ends it
 */
export function onFrame(draw: Draw, everyMillis: number): () => void {
  const job: Job = { draw, everyMillis, due: 0 }
  jobs.add(job)
  if (!isRunning) {
    isRunning = true
    schedule()
  }
  return () => jobs.delete(job)
}

/** Asking for a frame makes the browser prepare one; when the next picture is far off, a timer asks later. */
function schedule(): void {
  const wait = Math.min(...[...jobs].map(({ due }) => due)) - performance.now()
  if (wait > SHORT_MILLIS) setTimeout(() => requestAnimationFrame(frame), wait)
  else requestAnimationFrame(frame)
}

function frame(now: number): void {
  for (const job of jobs) {
    if (job.due > now) continue
    if (performance.now() - now > BUDGET_MILLIS) break
    // A few milliseconds early is better than one frame late.
    job.due = now + job.everyMillis - 4
    job.draw(now)
  }
  if (jobs.size > 0) schedule()
  else isRunning = false
}
