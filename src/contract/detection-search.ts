import type { LabelValue } from '../domain/label.ts'
import type { Micros } from '../domain/time.ts'
import type { DetectionWire } from './detection.ts'

/** Absent fields do not filter. */
export interface DetectionFilter {
  /** Onset at or after. */
  readonly from?: Micros | undefined
  /** Onset before. */
  readonly to?: Micros | undefined
  /** NET_STA or NET_STA_LOC_BS. */
  readonly station?: string | undefined
  /** Peak score at or above. */
  readonly minimumScore?: number | undefined
  /** `none`: without a label. */
  readonly label?: LabelValue | 'none' | undefined
  readonly state?: 'open' | 'closed' | undefined
  /** What speaks against an earthquake: this, anything (`any`), nothing (`none`). */
  readonly reason?: string | undefined
}

export interface DetectionPage {
  /** Newest onset first. */
  readonly detections: DetectionWire[]
  /** Asks for the next page; null on the last. */
  readonly cursor: string | null
}

export interface PageRequest {
  readonly limit: number
  /** Of the page before. */
  readonly cursor?: string | undefined
}
