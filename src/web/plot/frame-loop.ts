/** Draws; @param now milliseconds as of `performance.now()` */
export type Draw = (now: number) => void

interface Job {
  readonly draw: Draw
  readonly everyMillis: number
  due: number
}

/**
 * What drawing may take of one frame: the rest of a large wall follows on the next ones. Few long frames are better than many short
 * ones: with hundreds of canvases each frame costs the browser as much again.
 */
const BUDGET_MILLIS = 24
/** A frame is this long at most; what is due sooner is not worth a timer. */
const SHORT_MILLIS = 20

const jobs = new Set<Job>()
let isRunning = false
/** The next frame is far off. */
let waiting: ReturnType<typeof setTimeout> | undefined

/**
 * Calls `draw` at most once in `everyMillis`, before the browser paints; never while the page is hidden. One loop for all canvases: a
 * wall of five hundred would otherwise wake the page five hundred times.
 *
 * @returns ends it
 */
export function onFrame(draw: Draw, everyMillis: number): () => void {
  const job: Job = { draw, everyMillis, due: 0 }
  jobs.add(job)
  if (!isRunning || waiting !== undefined) {
    isRunning = true
    schedule()
  }
  return () => jobs.delete(job)
}

/** Asking for a frame makes the browser prepare one; when the next picture is far off, a timer asks later. */
function schedule(): void {
  clearTimeout(waiting)
  waiting = undefined
  const wait = Math.min(...[...jobs].map(({ due }) => due)) - performance.now()
  if (wait > SHORT_MILLIS) waiting = setTimeout(awake, wait)
  else requestAnimationFrame(frame)
}

function awake(): void {
  waiting = undefined
  requestAnimationFrame(frame)
}

function frame(now: number): void {
  try {
    drawDue(now)
  } finally {
    // One picture that fails must not stop all others.
    if (jobs.size > 0) schedule()
    else isRunning = false
  }
}

function drawDue(now: number): void {
  const start = performance.now()
  for (const job of [...jobs]) {
    if (job.due > now || !jobs.has(job)) continue
    if (performance.now() - start > BUDGET_MILLIS) break
    // To the end of the queue: who was left out comes before who was drawn.
    jobs.delete(job)
    jobs.add(job)
    // On multiples: jobs of the same pace share their frames.
    job.due = (Math.floor(now / job.everyMillis) + 1) * job.everyMillis
    job.draw(now)
  }
}
