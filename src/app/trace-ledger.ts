import type { PipelineState } from '../domain/ports.ts'
import { type InstrumentId, instrumentIdOf, type SourceId } from '../domain/source-id.ts'
import { nanosToMicros } from '../domain/time.ts'
import type { TracePiece } from '../domain/trace.ts'
import type { TraceGap, TraceGapCause } from '../domain/trace-gap.ts'
import type { Due } from './backlog-recovery.ts'
import { type ChannelAccount, ChannelLedger, type ChannelLedgerState, type Stretch } from './channel-ledger.ts'

/** The accounts of all channels. They are part of the pipeline's memory: a restart goes on counting where the data go on. */
export class TraceLedger {
  readonly #state: PipelineState
  readonly #channels = new Map<SourceId, ChannelLedger>()
  readonly #instruments = new Map<InstrumentId, readonly ChannelLedger[]>()
  #news: TraceGap[] = []

  /** @param saved channels with something to bring back */
  constructor(state: PipelineState, saved: Iterable<string> = []) {
    this.#state = state
    for (const sourceId of saved) this.channel(sourceId as SourceId)
  }

  channel(sourceId: SourceId): ChannelLedger {
    const known = this.#channels.get(sourceId)
    if (known) return known
    const slot = this.#state.slot('ledger', sourceId)
    const channel = new ChannelLedger(sourceId, slot.initial as ChannelLedgerState | undefined)
    slot.onSave(() => channel.snapshot())
    this.#channels.set(sourceId, channel)
    const instrument = instrumentIdOf(sourceId)
    const siblings = this.#instruments.get(instrument) ?? []
    this.#instruments.set(instrument, [...siblings, channel])
    return channel
  }

  /** When the next sample of a channel is due; undefined: it was never heard. */
  dueOf(sourceId: SourceId): Due | undefined {
    const { nextTime } = this.channel(sourceId)
    return nextTime === undefined ? undefined : { at: nanosToMicros(nextTime), from: nanosToMicros(nextTime) }
  }

  /** Where the channel's instrument is; it may have sent since the instrument was first heard. */
  dueOfSiblings(sourceId: SourceId): Due | undefined {
    const siblings = this.#instruments.get(instrumentIdOf(sourceId)) ?? []
    const dues = siblings.flatMap(({ nextTime, firstTime }) =>
      nextTime === undefined || firstTime === undefined ? [] : { at: nanosToMicros(nextTime), from: nanosToMicros(firstTime) },
    )
    return dues.sort((a, b) => b.at - a.at)[0]
  }

  /** What the merger of a channel passes on. */
  onTrace(piece: TracePiece): void {
    this.#note(this.channel(piece.sourceId).onTrace(piece))
  }

  onRejected(sourceId: SourceId, stretch: Stretch, code: string): void {
    this.#note(this.channel(sourceId).onRejected(stretch, code))
  }

  /** Data are lost whose time need not be right. */
  onLossNear(sourceId: SourceId, cause: TraceGapCause, start: number | undefined): void {
    this.#note(this.channel(sourceId).onLossNear(cause, start))
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
