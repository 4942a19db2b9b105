import type { Micros } from './time.ts'

/** What a person says a detection is. */
export const LABEL_VALUES = ['earthquake', 'blast', 'noise', 'unsure'] as const

export type LabelValue = (typeof LABEL_VALUES)[number]

export interface Label {
  readonly value: LabelValue
  /** Who said so. */
  readonly by: string
  /** When it was said (wall clock). */
  readonly time: Micros
}
