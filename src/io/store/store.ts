import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DetectionWire } from '../../contract/detection.ts'
import type { DetectionFilter, DetectionPage, PageRequest } from '../../contract/detection-search.ts'
import type { EventWire } from '../../contract/event.ts'
import type { EventFilter, EventPage } from '../../contract/event-search.ts'
import type { DurableMessage, LabelMessage } from '../../contract/feed.ts'
import type { GapQuery } from '../../contract/gaps.ts'
import type { Journey, KnownJourney } from '../../contract/journey.ts'
import type { LabelValue } from '../../domain/label.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { TraceGap } from '../../domain/trace-gap.ts'
import { CheckpointTable } from './checkpoint-table.ts'
import { DetectionTable, type LabelEntry } from './detection-table.ts'
import { DiskReserve } from './disk-reserve.ts'
import { DrillLog } from './drill-log.ts'
import { EventTable } from './event-table.ts'
import { GapTable } from './gap-table.ts'
import { type HealthHour, HealthTable } from './health-table.ts'
import { JourneyTable } from './journey-table.ts'
import { KeptWaveforms } from './kept-waveforms.ts'
import { MessageLog } from './message-log.ts'
import { type AlertPlanner, Outbox } from './outbox.ts'
import { PeakWindowTable, type StoredPeakWindow } from './peak-window-table.ts'
import { RelevanceTable, type StoredRelevance } from './relevance-table.ts'
import { RemoteLog } from './remote-log.ts'
import { migrate } from './schema.ts'
import { ScoreBlocks, type ScoreRun } from './score-blocks.ts'
import { SnippetTable, type WaveformSnippet } from './snippet-table.ts'
import { SpaceKeeper } from './space-keeper.ts'
import { type SqliteDatabase, sqlite } from './sqlite-binding.ts'
import type { StoreBatch, StoredMessages } from './store-batch.ts'
import { isFull, storeError } from './store-error.ts'
import { lockStore } from './store-lock.ts'
import { type StoredWaveform, WaveformTable } from './waveform-table.ts'

export interface StoreOptions {
  /** When labels are given; and data times beyond it are not believed. */
  readonly clock: Clock
  /** Days of data time. */
  readonly keepScoresDays: number
  /** Hours of data time; default 0: none are kept. */
  readonly keepWaveformsHours?: number
  readonly maximumMegabytes: number
  /** Seconds between the ends of two scored windows. */
  readonly strideSeconds: number
  /** Who is alerted of what; nobody without one. */
  readonly planner?: AlertPlanner
  readonly onProblem: OnProblem
}

export interface StoreStatus {
  readonly state: 'ok' | 'degraded'
  readonly reason?: string
  /** Bytes in use inside the file; the file itself does not shrink. */
  readonly bytes: number
}

/** How long to wait for another program (a backup, a shell) that reads or checkpoints the file. */
const BUSY_MILLISECONDS = 5000
const MICROS_PER_DAY = 86_400_000_000

/**
 * Opens the store, making file and folder when they are not there.
 *
 * @throws {StoreError} naming the file and the way out: no database, another program's, a newer version's, in use, not writable
 */
export function openStore(file: string, options: StoreOptions): Store {
  let lock: SqliteDatabase | undefined
  let database: SqliteDatabase | undefined
  try {
    mkdirSync(dirname(file), { recursive: true })
    lock = lockStore(file)
    const Database = sqlite()
    database = new Database(file, { timeout: BUSY_MILLISECONDS })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('foreign_keys = ON')
    const id = migrate(database, file)
    return new Store(id, file, database, lock, options)
  } catch (cause) {
    database?.close()
    lock?.close()
    throw storeError('open', file, cause)
  }
}

/** The one owner of one SQLite file. */
export class Store {
  /** Another file has another id; its numbers (`seq`) start anew. */
  readonly id: string
  /** Alerts, stored with what they are about. */
  readonly outbox: Outbox
  readonly drills: DrillLog
  /** From other monitors. */
  readonly remote: RemoteLog
  readonly #file: string
  readonly #database: SqliteDatabase
  readonly #lock: SqliteDatabase
  readonly #clock: Clock
  readonly #keepDays: number
  readonly #log: MessageLog
  readonly #detections: DetectionTable
  readonly #events: EventTable
  readonly #scores: ScoreBlocks
  readonly #waveforms: KeptWaveforms
  readonly #health: HealthTable
  readonly #journeys: JourneyTable
  readonly #snippets: SnippetTable
  readonly #gaps: GapTable
  readonly #relevances: RelevanceTable
  readonly #peakWindows: PeakWindowTable
  readonly #checkpoints: CheckpointTable
  readonly #space: SpaceKeeper
  readonly #write: (batch: StoreBatch) => StoredMessages
  #failure: string | undefined

  /** Use `openStore`. */
  constructor(id: string, file: string, database: SqliteDatabase, lock: SqliteDatabase, options: StoreOptions) {
    this.id = id
    this.#file = file
    this.#database = database
    this.#lock = lock
    this.#clock = options.clock
    this.#keepDays = options.keepScoresDays
    this.#log = new MessageLog(database)
    this.#detections = new DetectionTable(database, this.#log)
    this.#events = new EventTable(database, this.#log)
    this.#scores = new ScoreBlocks(database, options.strideSeconds)
    const waveforms = new WaveformTable(database)
    this.#waveforms = new KeptWaveforms(waveforms, options.keepWaveformsHours ?? 0, options.clock)
    this.#health = new HealthTable(database)
    this.#journeys = new JourneyTable(database)
    this.#snippets = new SnippetTable(database)
    this.#gaps = new GapTable(database)
    this.#relevances = new RelevanceTable(database)
    this.#peakWindows = new PeakWindowTable(database)
    this.#checkpoints = new CheckpointTable(database, options.onProblem)
    const safely = <T>(operation: string, change: () => T) =>
      this.#attempt(operation, () => database.transaction(change).immediate())
    const quickly = <T>(operation: string, change: () => T) => unsynced(database, () => safely(operation, change))
    this.outbox = new Outbox(database, { safely, quickly }, { ...options, findDetection: (id) => this.#detections.find(id) })
    this.remote = new RemoteLog(database, safely)
    this.drills = new DrillLog(database, { safely, quickly }, this.outbox)
    this.#space = new SpaceKeeper(database, { waveforms, scores: this.#scores }, new DiskReserve(file), options)
    this.#write = database.transaction((batch: StoreBatch) => this.#put(batch)).immediate
  }

  /**
   * Stores a batch in one transaction, on disk when it returns.
   *
   * A batch may be given again (after a failure, a restart, a second replay): what is stored already changes nothing. When space
   * runs out, the oldest waveforms and scores go and a problem is raised.
   *
   * @returns messages to publish: detections and then events that are new or changed, with their numbers
   * @throws {StoreError} when even that does not help; nothing was stored, and `status` is degraded until a commit succeeds
   */
  commit(batch: StoreBatch): StoredMessages {
    return this.#attempt('commit', () => this.#write(batch))
  }

  /** @returns the message to publish; undefined when there is no such detection */
  setLabel(id: string, value: LabelValue | null, by: string): LabelMessage | undefined {
    const time = this.#clock.now()
    const change = () => {
      const message = this.#detections.label(id, value, by, time)
      if (message) this.outbox.note([message])
      return message
    }
    return this.#attempt('label', () => this.#database.transaction(change).immediate())
  }

  /**
   * Removes scores and gaps older than `keepScoresDays` and waveforms older than `keepWaveformsHours` before the newest data, and near
   * the disk limit the oldest waveforms, then the oldest scores.
   */
  prune(newestDataTime: Micros): void {
    // A station whose clock shows the year 2211 must not empty the store.
    const newest = Math.min(newestDataTime, this.#clock.now())
    this.#attempt('prune', () => this.#waveforms.prune(newest))
    this.#attempt('prune', () => this.#space.prune(newest))
    this.#attempt('prune', () => this.#gaps.prune(newest - this.#keepDays * MICROS_PER_DAY))
    this.outbox.prune(this.#clock.now() - this.#keepDays * MICROS_PER_DAY)
  }

  saveHealth(hours: readonly HealthHour[]): void {
    this.#attempt('health', () => this.#database.transaction(() => this.#health.put(hours)).immediate())
  }

  /** Of the last day. */
  healthHours(): HealthHour[] {
    return this.#health.all()
  }

  messagesSince(seq: number, limit: number): DurableMessage[] {
    return this.#log.since(seq, limit)
  }

  get newestSeq(): number {
    return this.#log.newestSeq
  }

  detections(filter: DetectionFilter, page: PageRequest): DetectionPage {
    return this.#detections.search(filter, page)
  }

  detection(id: string): DetectionWire | undefined {
    return this.#detections.find(id)
  }

  events(filter: EventFilter, page: PageRequest): EventPage {
    return this.#events.search(filter, page)
  }

  event(id: string): EventWire | undefined {
    return this.#events.find(id)
  }

  get detectionCount(): number {
    return this.#detections.count
  }

  saveJourneys(journeys: readonly KnownJourney[]): void {
    this.#attempt('journeys', () => this.#journeys.put(journeys))
  }

  /** What its messages took on their way to the screens, its opening first. */
  journeys(detectionId: string): Journey[] {
    return this.#journeys.of(detectionId)
  }

  /** History, oldest first. */
  labels(id: string): LabelEntry[] {
    return this.#detections.labels(id)
  }

  snippet(detectionId: string): WaveformSnippet | undefined {
    return this.#snippets.find(detectionId)
  }

  relevance(detectionId: string): StoredRelevance | undefined {
    return this.#relevances.find(detectionId)
  }

  peakWindow(detectionId: string): StoredPeakWindow | undefined {
    return this.#peakWindows.find(detectionId)
  }

  /** Scores of windows that end in [from, to]. */
  scores(instrument: InstrumentId, from: Micros, to: Micros): ScoreRun[] {
    return this.#scores.read(instrument, from, to)
  }

  /** The same scores one by one: for counting many. */
  forEachScore(instrument: InstrumentId, from: Micros, to: Micros, take: (score: number) => void): void {
    this.#scores.forEach(instrument, from, to, take)
  }

  /** When the first window ends that has a stored score, of an instrument or of all. */
  firstScoreTime(instrument: InstrumentId | undefined): Micros | undefined {
    return this.#scores.firstTime(instrument)
  }

  /** Samples in [from, to], as far as they are kept. */
  waveforms(instrument: InstrumentId, from: Micros, to: Micros): StoredWaveform[] {
    return this.#waveforms.read(instrument, from, to)
  }

  gaps(query: GapQuery): TraceGap[] {
    return this.#gaps.search(query)
  }

  /** Of all gaps, by cause. */
  gapCounts(): Record<string, number> {
    return this.#gaps.counts()
  }

  checkpoints(): Map<string, unknown> {
    return this.#checkpoints.all('state')
  }

  positions(): Map<string, unknown> {
    return this.#checkpoints.all('position')
  }

  get status(): StoreStatus {
    const bytes = this.#space.usedBytes
    return this.#failure === undefined ? { state: 'ok', bytes } : { state: 'degraded', reason: this.#failure, bytes }
  }

  close(): void {
    this.#database.close()
    this.#lock.close()
  }

  #put({
    detections = [],
    events = [],
    scores = [],
    snippets = [],
    relevances = [],
    peakWindows = [],
    checkpoints,
    positions,
    waveforms = [],
    gaps = [],
  }: StoreBatch): StoredMessages {
    const messages = detections.flatMap((detection) => this.#detections.put(detection) ?? [])
    const eventMessages = events.flatMap((event) => this.#events.put(event) ?? [])
    this.#scores.write(scores)
    this.#waveforms.write(waveforms)
    const published = new Set(messages.map(({ id }) => id))
    const oldNews = new Set(detections.map(({ detection }) => detection.id).filter((id) => !published.has(id)))
    // An opening told again must not cut the waveform of the whole detection short.
    for (const [id, snippet] of latestOf(snippets)) if (!oldNews.has(id)) this.#snippets.put(snippet)
    for (const [id, relevance] of latestOf(relevances)) if (!oldNews.has(id)) this.#relevances.put(relevance)
    for (const [id, window] of latestOf(peakWindows)) if (!oldNews.has(id)) this.#peakWindows.put(window)
    if (checkpoints) this.#checkpoints.put('state', checkpoints)
    if (positions) this.#checkpoints.put('position', positions)
    for (const gap of gaps) this.#gaps.put(gap)
    this.outbox.note(messages)
    this.outbox.note(eventMessages)
    return { messages, events: eventMessages }
  }

  /** Runs a change; a full disk costs the oldest scores, as many as it takes. */
  #attempt<T>(operation: string, change: () => T): T {
    for (;;) {
      try {
        const result = change()
        this.#failure = undefined
        return result
      } catch (cause) {
        this.#scores.forget()
        this.#log.forget()
        this.outbox.forgetNews()
        if (isFull(cause) && this.#space.makeRoom()) continue
        const error = storeError(operation, this.#file, cause)
        this.#failure = error.message
        throw error
      }
    }
  }
}

/** The log of a transaction is not waited for; the next one that is brings it to disk, too. */
function unsynced<T>(database: SqliteDatabase, action: () => T): T {
  database.pragma('synchronous = NORMAL')
  try {
    return action()
  } finally {
    database.pragma('synchronous = FULL')
  }
}

/** Of an opening and a closing in one batch, what belongs to the closing is what lasts. */
function latestOf<T extends { readonly detectionId: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.detectionId, item]))
}
