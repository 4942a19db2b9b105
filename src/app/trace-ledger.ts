import type { PipelineState } from '../domain/ports.ts'
import type { SourceId } from '../domain/source-id.ts'
import type { TracePiece } from '../domain/trace.ts'
import type { TraceGap, TraceGapCause } from '../domain/trace-gap.ts'
import { type ChannelAccount, ChannelLedger, type ChannelLedgerState, type Stretch } from './channel-ledger.ts'

/** The accounts of all channels. They are part of the pipeline's memory: a restart goes on counting where the data go on. */
export class TraceLedger {
  readonly #state: PipelineState
  readonly #channels = new Map<SourceId, ChannelLedger>()
  #news: TraceGap[] = []

  constructor(state: PipelineState) {
    this.#state = state
  }

  channel(sourceId: SourceId): ChannelLedger {
    const known = this.#channels.get(sourceId)
    if (known) return known
    const slot = this.#state.slot('ledger', sourceId)
    const channel = new ChannelLedger(sourceId, slot.initial as ChannelLedgerState | undefined)
    slot.onSave(() => channel.snapshot())
    this.#channels.set(sourceId, channel)
    return channel
  }

  /** What the merger of a channel passes on. */
  onTrace(piece: TracePiece): void {
    this.#note(this.channel(piece.sourceId).onTrace(piece))
  }

  onRejected(sourceId: SourceId, stretch: Stretch, code: string): void {
    this.#note(this.channel(sourceId).onRejected(stretch, code))
  }

  /** Data that were due next are lost. */
  onLossNow(sourceId: SourceId, cause: TraceGapCause): void {
    this.#note(this.channel(sourceId).onLossNow(cause))
  }

  onLoss(sourceId: SourceId, cause: TraceGapCause, start: number, end: number = start): void {
    this.#note(this.channel(sourceId).onLoss(cause, start, end))
  }

  /** Gaps that became known, or whose cause did, since `forgetNews`. */
  get news(): readonly TraceGap[] {
    return this.#news
  }

  /** They are stored. */
  forgetNews(): void {
    this.#news = []
  }

  accounts(): ChannelAccount[] {
    return [...this.#channels.values()].map(({ account }) => account)
  }

  #note(gap: TraceGap | undefined): void {
    if (gap) this.#news.push(gap)
  }
}
