import type { DetectionWire } from '../../contract/detection.ts'
import type { EventWire } from '../../contract/event.ts'
import type { NetworkEvent } from '../../domain/network-event.ts'
import type { TraceGap } from '../../domain/trace-gap.ts'
import type { StoredDetection } from './detection-table.ts'
import type { StoredPeakWindow } from './peak-window-table.ts'
import type { StoredRelevance } from './relevance-table.ts'
import type { StoredScore } from './score-blocks.ts'
import type { WaveformSnippet } from './snippet-table.ts'
import type { StoredWaveform } from './waveform-table.ts'

/** What one step of the monitor changed; all of it is stored, or nothing. */
export interface StoreBatch {
  readonly detections?: readonly StoredDetection[]
  /** After their members. */
  readonly events?: readonly NetworkEvent[]
  readonly scores?: readonly StoredScore[]
  readonly snippets?: readonly WaveformSnippet[]
  readonly relevances?: readonly StoredRelevance[]
  readonly peakWindows?: readonly StoredPeakWindow[]
  /** State of the pipeline by station; undefined removes a key. */
  readonly checkpoints?: ReadonlyMap<string, unknown>
  /** How far each source was read. */
  readonly positions?: ReadonlyMap<string, unknown>
  readonly waveforms?: readonly StoredWaveform[]
  /** Holes that became known, or whose cause did. */
  readonly gaps?: readonly TraceGap[]
}

/** What a commit has made public, by number: detections, then events. */
export interface StoredMessages {
  readonly messages: DetectionWire[]
  readonly events: EventWire[]
}
