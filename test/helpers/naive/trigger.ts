/** What decides; times in microseconds. */
export interface NaiveTrigger {
  readonly on: number
  readonly off: number
  readonly minimumSeconds: number
  readonly maximumSeconds: number
  readonly deadSeconds: number
  readonly holdSeconds: number
}

export type NaivePiece = 'gap' | { readonly time: number; readonly score: number }

export interface NaiveDetection {
  readonly on: number
  readonly off: number
  readonly score: number
  readonly isTruncated: boolean
  /** That were not below off. */
  readonly windows: number
}

/**
 * The trigger's rules read over all scores at once: from each start look ahead for the publication and for whatever comes first of a low
 * behind the hold, the maximum length and the end of the stretch without a gap. `minimumSeconds` is smaller than `maximumSeconds` by a stride or more.
 */
export function naiveDetections(pieces: readonly NaivePiece[], trigger: NaiveTrigger): NaiveDetection[] {
  const { on, off } = trigger
  const found: NaiveDetection[] = []
  let isArmed = true
  let deadUntil = Number.NEGATIVE_INFINITY
  let i = 0
  while (i < pieces.length) {
    const piece = pieces[i]!
    if (piece === 'gap' || piece.score < off) isArmed = true
    if (piece === 'gap' || piece.score < on || !isArmed || piece.time < deadUntil) {
      i++
      continue
    }
    const nextGap = pieces.indexOf('gap', i)
    const stretch = pieces.slice(i, nextGap < 0 ? pieces.length : nextGap).filter((each) => each !== 'gap')
    const { detection, used, isArmedAfter } = rise(stretch, trigger)
    if (detection) {
      found.push(detection)
      deadUntil = detection.on + trigger.deadSeconds * 1e6
    }
    isArmed = isArmedAfter
    i += used
  }
  return found
}

interface Risen {
  readonly detection?: NaiveDetection
  /** Windows that it took, that which ended it among them. */
  readonly used: number
  readonly isArmedAfter: boolean
}

/** @param stretch windows up to the next gap; the first one starts the rise */
function rise(stretch: readonly { time: number; score: number }[], trigger: NaiveTrigger): Risen {
  const { off, minimumSeconds, maximumSeconds, holdSeconds } = trigger
  const start = stretch[0]!.time
  const isLow = (k: number) => stretch[k]!.score < off
  const lasts = (k: number) => stretch[k]!.time - start
  const firstLow = stretch.findIndex((_, k) => isLow(k))
  const upLength = firstLow < 0 ? stretch.length : firstLow
  if (lasts(upLength - 1) < minimumSeconds * 1e6) return { used: Math.min(stretch.length, upLength + 1), isArmedAfter: true }
  const ended = (end: number, isTruncated: boolean): NaiveDetection => {
    const up = stretch.filter(({ time }, k) => !isLow(k) && time <= end)
    return { on: start, off: end, score: Math.max(...up.map(({ score }) => score)), isTruncated, windows: up.length }
  }
  for (let k = 0; k < stretch.length; k++) {
    const isTooLong = lasts(k) >= maximumSeconds * 1e6
    if (!isLow(k)) {
      if (isTooLong) return { detection: ended(stretch[k]!.time, false), used: k + 1, isArmedAfter: false }
      continue
    }
    let fell = k
    while (isLow(fell - 1)) fell--
    const isOver = lasts(k) >= holdSeconds * 1e6
    if (isOver || isTooLong) return { detection: ended(stretch[fell]!.time, false), used: k + 1, isArmedAfter: true }
  }
  let end = stretch.length - 1
  const isDown = isLow(end)
  while (isDown && isLow(end - 1)) end--
  return { detection: ended(stretch[end]!.time, !isDown), used: stretch.length, isArmedAfter: true }
}
