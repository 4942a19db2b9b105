import type { Delivery, DeliveryFilter, ResendRequest } from '../contract/alert.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { DetectionFilter, DetectionPage, PageRequest } from '../contract/detection-search.ts'
import type { ExplanationAnswer, ExplanationBias, ExplanationMethod, ReplayAnswer } from '../contract/detection-study.ts'
import type { Drill, DrillRequest } from '../contract/drill.ts'
import type { EventFilter, EventPage } from '../contract/event-search.ts'
import type { DurableMessage, LabelMessage, MonitorMode } from '../contract/feed.ts'
import type { GapQuery, GapsAnswer } from '../contract/gaps.ts'
import type { ModelSummary, StationStatus, SystemHealth } from '../contract/health.ts'
import type { HealthHistory, InstrumentHistory, LogAnswer, LogLevel } from '../contract/health-history.ts'
import type { DetectionAnswer, EventAnswer, ScoreRunWire } from '../contract/http.ts'
import type { LatencyDistribution } from '../contract/journey.ts'
import type { ModelKernels } from '../contract/model-kernels.ts'
import type { RemoteAlert } from '../contract/remote.ts'
import type { ScoreDistribution } from '../contract/score-distribution.ts'
import type { WaveformsAnswer } from '../contract/waveforms-answer.ts'
import type { LabelValue } from '../domain/label.ts'
import type { Clock } from '../domain/ports.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import type { SettingsView, WhatIfView } from './tuning-view.ts'

export interface AlertsView {
  /** Newest first. */
  deliveries(query: DeliveryFilter): Delivery[]
  /** @returns false when nobody was told of such a subject */
  acknowledge(subject: string, by: string): boolean
  /** @returns how many dead letters are tried again */
  resend(which: ResendRequest): number
}

export interface Download {
  /** Letters, digits, dots, dashes and underscores. */
  readonly fileName: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

export interface DistributionRequest {
  readonly instrument?: InstrumentId | undefined
  readonly from: Micros
  readonly to: Micros
}

export interface ExplanationRequest {
  readonly method: ExplanationMethod
  readonly beta: number
  readonly bias: ExplanationBias
}

/**
 * What can be done with a detection's stored data; undefined: there is no such detection.
 *
 * Each throws an HttpError NOT_FOUND when the data were not stored with it.
 */
export interface DetectionStudyView {
  miniseed(id: string): Download | undefined
  /** The best window through the loaded model again. */
  replay(id: string): ReplayAnswer | undefined
  /** @throws {UsageError} when options contradict each other, or the model takes other windows */
  explanation(id: string, request: ExplanationRequest): ExplanationAnswer | undefined
}

export interface RemoteView {
  /** On disk when it returns. @returns false when it was there before */
  add(remote: RemoteAlert): boolean
  /** Newest first. */
  newest(limit: number): RemoteAlert[]
}

export interface DrillsView {
  /** @throws {UsageError} for a hook that is not configured, and while another drill runs */
  begin(request: DrillRequest): Drill
  /** Newest first. */
  list(): Drill[]
  find(id: string): Drill | undefined
}

/** All that HTTP and feed show and do: the server knows the monitor by this and nothing else. */
export interface MonitorView {
  readonly version: string
  readonly mode: MonitorMode
  readonly startedAt: Micros
  readonly clock: Clock
  readonly storeId: string

  /** Number of the newest stored message. */
  newestSeq(): number
  /** Stored messages after `seq`, oldest first. */
  messagesSince(seq: number, limit: number): DurableMessage[]

  detections(filter: DetectionFilter, page: PageRequest): DetectionPage
  /** With waveform, scores around it and the history of its labels. */
  detection(id: string): DetectionAnswer | undefined
  /** @returns the stored message; the server publishes it */
  setLabel(id: string, value: LabelValue | null, by: string): LabelMessage | undefined
  findDetection(id: string): DetectionWire | undefined
  readonly study: DetectionStudyView
  events(filter: EventFilter, page: PageRequest): EventPage
  /** With the detections of its members. */
  event(id: string): EventAnswer | undefined
  /** Scores of windows that end in [from, to]. */
  scores(instrument: InstrumentId, from: Micros, to: Micros): ScoreRunWire[]

  /** Histogram of stored scores, of an instrument or of all. */
  scoreDistribution(request: DistributionRequest): Promise<ScoreDistribution>
  /** Stored samples in [from, to], as far as they are kept. */
  waveforms(instrument: InstrumentId, from: Micros, to: Micros, maximumPoints: number | undefined): WaveformsAnswer

  /** Holes in what was accepted, and why. */
  gaps(query: GapQuery): GapsAnswer

  /** Alerts and what became of them. */
  readonly alerts: AlertsView
  /** What other monitors tell this one. */
  readonly remote: RemoteView
  /** Made-up earthquakes through the whole chain. */
  readonly drills: DrillsView

  /** Other settings, tried on stored scores. */
  readonly whatIf: WhatIfView
  /** Trigger and coincidence in the configuration file. */
  readonly settings: SettingsView

  stations(): StationStatus[]
  system(): SystemHealth
  /** Of all instruments that are watched, ten minutes to a cell. */
  healthHistory(): HealthHistory
  /** @returns undefined when it is not watched */
  instrumentHistory(instrument: InstrumentId): InstrumentHistory | undefined
  /** From packet to screen, step by step. */
  latency(): LatencyDistribution
  /** Lines after a number, at or above a level. */
  log(since: number, level: LogLevel): LogAnswer
  model(): ModelSummary
  /** The model's card.json. */
  modelCard(): unknown
  modelKernels(): ModelKernels
  hasModelReport(): boolean
  /** The page that lies beside the model: HTML that may be anything. */
  modelReport(): string | undefined
  /** In the text format of Prometheus. */
  metrics(): Promise<{ contentType: string; text: string }>
}
