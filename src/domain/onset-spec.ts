/** How much an onset in the window counts beside what the network says; named in the model card. */
export interface OnsetSpec {
  /** Power ratio of an onset that leaves the score as it is: a clearer one raises it, a weaker one lowers it. */
  readonly neutralRatio: number
}
