/** What a merger has done so far. */
export interface MergeCounters {
  /** Records pushed. */
  records: number
  /** Records that brought nothing new: their time had been passed on, or the same record is waiting. */
  duplicates: number
  /** Samples dropped from records that brought something new. */
  overlapSamples: number
  gaps: number
  /** Records from before the current segment: inside a gap already declared, or before the start. */
  late: number
  /** Records that came after a waiting one that starts later, or would lose against them. */
  reordered: number
  /** Records dropped for their absurd time. */
  absurd: number
}

export const NO_COUNTS: MergeCounters = {
  records: 0,
  duplicates: 0,
  overlapSamples: 0,
  gaps: 0,
  late: 0,
  reordered: 0,
  absurd: 0,
}
