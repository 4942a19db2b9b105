/** A record on the integer sample grid of its channel. */
export interface NaiveRecord {
  /** Index of the first sample. */
  readonly start: number
  readonly samples: readonly number[]
}

/**
 * What a merger must give for complete knowledge: each sample index takes its value from the record that wins there (earlier
 * start, then longer); runs of known indices are segments.
 */
export function naiveMerge(records: readonly NaiveRecord[]): NaiveRecord[] {
  const winners = records.toSorted((a, b) => a.start - b.start || b.samples.length - a.samples.length)
  const values = new Map<number, number>()
  for (const { start, samples } of winners) {
    for (const [i, value] of samples.entries()) if (!values.has(start + i)) values.set(start + i, value)
  }
  const segments: { start: number; samples: number[] }[] = []
  for (const index of [...values.keys()].sort((a, b) => a - b)) {
    const open = segments.at(-1)
    if (open && open.start + open.samples.length === index) open.samples.push(values.get(index)!)
    else segments.push({ start: index, samples: [values.get(index)!] })
  }
  return segments
}
