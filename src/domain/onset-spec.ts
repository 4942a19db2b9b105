/** How much an onset in the window counts beside what the network says; named in the model card. */
export interface OnsetSpec {
  /** Power ratio of an onset that leaves the score as it is: a clearer one raises it, a weaker one lowers it. */
  readonly neutralRatio: number
}

/** A lower score stays what it is: not even the clearest onset would make it an earthquake rather than not, with a neutral ratio of 4. */
export const WEIGHED_FROM = 1 / 32

/** An onset 20 dB above what comes before it is as clear as can be; glitches go on from there. */
export const MOST_ONSET_RATIO = 100

/** `12.0 times the power before it`; how much more than counts does not matter. */
export function onsetText(powerRatio: number): string {
  const times = powerRatio > MOST_ONSET_RATIO ? `over ${MOST_ONSET_RATIO}` : powerRatio.toPrecision(3)
  return `${times} times the power before it`
}
