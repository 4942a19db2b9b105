/** What decides; times in microseconds. */
export interface NaiveTrigger {
  readonly on: number
  readonly off: number
  readonly minimumSeconds: number
  readonly maximumSeconds: number
  readonly deadSeconds: number
  readonly holdSeconds: number
  readonly retriggerRatio: number
  readonly retriggerSeconds: number
}

export interface NaiveWindow {
  readonly time: number
  readonly score: number
  readonly arrival?: { readonly time: number; readonly powerRatio: number }
}

export type NaivePiece = 'gap' | NaiveWindow

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
 * behind the hold, another arrival, the maximum length and the end of the stretch without a gap. `minimumSeconds` is smaller than `maximumSeconds` by a stride or more.
 */
export function naiveDetections(pieces: readonly NaivePiece[], trigger: NaiveTrigger): NaiveDetection[] {
  const { on, off } = trigger
  const found: NaiveDetection[] = []
  let isArmed = true
  let deadUntil = Number.NEGATIVE_INFINITY
  let began = Number.POSITIVE_INFINITY
  let isEndedByArrival = false
  let i = 0
  while (i < pieces.length) {
    const piece = pieces[i]!
    if (piece === 'gap' || piece.score < off) isArmed = true
    if (piece === 'gap' || piece.score < on || !isArmed) {
      i++
      continue
    }
    const isDead = piece.time < deadUntil
    const isAgain = isEndedByArrival || (isDead && isAnother(piece, began, trigger))
    isEndedByArrival = false
    if (isDead && !isAgain) {
      i++
      continue
    }
    const nextGap = pieces.indexOf('gap', i)
    const stretch = pieces.slice(i, nextGap < 0 ? pieces.length : nextGap).filter((each) => each !== 'gap')
    const beginsWith = isAgain ? piece.arrival!.time : heardBefore(pieces, i)
    const { detection, used, isArmedAfter, isByArrival = false } = rise(stretch, beginsWith, trigger)
    isEndedByArrival = isByArrival
    if (detection) {
      found.push(detection)
      const { deadSeconds, retriggerSeconds } = trigger
      deadUntil = detection.on + (isAgain ? Math.min(deadSeconds, retriggerSeconds) : deadSeconds) * 1e6
      began = beginsWith
    }
    isArmed = isArmedAfter
    i += used
  }
  return found
}

/** The newest arrival since the score was last below 0.2, if it came in the last twelve seconds; else the time itself. */
function heardBefore(pieces: readonly NaivePiece[], index: number): number {
  const { time } = pieces[index] as NaiveWindow
  for (let j = index; j >= 0; j--) {
    const piece = pieces[j]!
    if (piece === 'gap' || piece.score < 0.2) break
    if (piece.arrival) return time - piece.arrival.time <= 12e6 ? piece.arrival.time : time
  }
  return time
}

/** @param began the arrival that the detection before it began with */
function isAnother({ score, arrival }: NaiveWindow, began: number, trigger: NaiveTrigger): boolean {
  const { on, retriggerRatio, retriggerSeconds } = trigger
  if (!arrival || retriggerRatio === 0) return false
  return score >= on && arrival.powerRatio >= retriggerRatio && arrival.time - began >= retriggerSeconds * 1e6
}

interface Risen {
  readonly detection?: NaiveDetection
  /** Windows that it took, that which ended it among them. */
  readonly used: number
  readonly isArmedAfter: boolean
  /** The window behind it shows another arrival. */
  readonly isByArrival?: boolean
}

/** @param stretch windows up to the next gap; the first one starts the rise */
function rise(stretch: readonly NaiveWindow[], began: number, trigger: NaiveTrigger): Risen {
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
  const published = stretch.findIndex((_, k) => lasts(k) >= minimumSeconds * 1e6)
  for (let k = 0; k < stretch.length; k++) {
    if (k > published && !isLow(k) && isAnother(stretch[k]!, began, trigger)) {
      let end = k
      while (isLow(end - 1)) end--
      const up = stretch.slice(0, k).filter((_, i) => !isLow(i))
      const score = Math.max(...up.map((each) => each.score))
      const detection = { on: start, off: stretch[end]!.time, score, isTruncated: false, windows: up.length }
      return { detection, used: k, isArmedAfter: true, isByArrival: true }
    }
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
