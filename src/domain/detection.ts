import type { InstrumentId, StationId } from './source-id.ts'
import type { Micros } from './time.ts'

/** What the data looked like while the detection was made; computed from the samples alone. */
export interface DataQuality {
  /** Gaps of the instrument in the ten minutes before the end of the first window over threshold. */
  readonly gaps: number
  /** Scored windows that were not below the off threshold. */
  readonly windows: number
  /** True when a gap or the end of data closed the detection instead of the score. */
  readonly isTruncated: boolean
  /** It began with another arrival in the coda of the detection before it; it may be S of that one. Absent: no. */
  readonly isRetriggered?: boolean
  /** Signal to noise around the onset in the first window over threshold: 20·log10(rms after / rms before), dB; null without noise before. */
  readonly snrDb: number | null
  /** Largest absolute demeaned sample of the peak window, any component, in source units. */
  readonly peakAmplitude: number
}

export interface Onset {
  readonly time: Micros
  readonly uncertaintySeconds: number
  readonly method: 'aic' | 'window'
}

/**
 * What the relevance of a detection's best window says about it. Shares are parts of the summed |relevance|, 0–1; all of them are 0
 * where the relevance is zero everywhere. A pure function of the window.
 */
export interface RelevanceFacts {
  /** Of the LRP rule. */
  readonly beta: number
  /** Relevance at the input over the one at the logit: 1 when layers absorbed none. */
  readonly conserved: number
  /** Share before the onset: the network looked at what came before the earthquake. */
  readonly beforeOnset: number
  /** Share from the guessed S on; null without a guess. */
  readonly fromS: number | null
  /** Centroid in time minus onset. */
  readonly centroidSeconds: number
  /** Guessed S minus onset: the sharpest rise of the horizontal components; null when nothing rises. */
  readonly sGuessSeconds: number | null
  /** Share of the quarter of a second that has most: near 1 for a single spike. */
  readonly spike: number
  /** Share next to where a component freezes or wakes up: the edge of a hole that a digitiser filled. */
  readonly flatEdge: number
  /** Share in the first and last second of the window. */
  readonly windowEdge: number
  /** Shares of Z, N, E. */
  readonly components: readonly [number, number, number]
}

/** Seconds a detection spent on its way; the only part, with `seq`, that may differ between live and replay. */
export interface Latency {
  /** Packet arrival minus the time of its last sample. */
  readonly packetSeconds?: number
  /** Packet taken from the queue minus its arrival. */
  readonly queueSeconds?: number
  /** Newest score minus packet taken: decoded, merged, resampled, windowed, classified. */
  readonly scoringSeconds?: number
  /** Detection handed to the store minus newest score: triggered, explained. */
  readonly decidingSeconds?: number
  /** Detection handed to the store minus packet arrival: the last three together. */
  readonly processingSeconds?: number
}

/** The window with the highest score. */
export interface Peak {
  /** Its end. */
  readonly time: Micros
  readonly score: number
  /** What the second model said of it, 0–1; absent when it was not asked. */
  readonly secondOpinion?: number
}

/** Published twice under one id: `open` when the minimum duration is met, `closed` with the final peak. */
export interface Detection {
  /** Deterministic: instrument + onset + model. */
  readonly id: string
  readonly state: 'open' | 'closed'
  readonly station: StationId
  readonly instrument: InstrumentId
  readonly onset: Onset
  /** End of the first window over the on threshold. */
  readonly on: Micros
  /** End of the first window below the off threshold, or of the last one at a gap, at the end of the data and at the maximum length; null while open. */
  readonly off: Micros | null
  readonly peak: Peak
  /** Model name and short hash of its weights. */
  readonly model: string
  /** Hash of all configuration that can change a score or a trigger. */
  readonly config: string
  readonly quality: DataQuality
  /** Absent when detections are not explained. */
  readonly relevance?: RelevanceFacts
  /** Why it may be no earthquake; absent when nothing speaks against it. */
  readonly reason?: string
}
