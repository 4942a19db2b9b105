import type { OnProblem } from '../domain/problem.ts'
import { type InstrumentId, type SourceId, subsourceOf } from '../domain/source-id.ts'
import type { GapCause, GridPiece } from '../domain/trace.ts'
import { COMPONENTS, type FrameGap, type FramePiece } from '../domain/window.ts'
import { ComponentQueue, type ComponentQueueState } from './component-queue.ts'
import { newSamples } from './new-samples.ts'

export interface ComponentAssemblerOptions {
  /** Rate of the grid, Hz. Default 20. */
  readonly gridRate?: number
  /**
   * What to do about a component that does not come: `wait` keeps the others' data for it as long as memory allows (300 s), then
   * gives up the oldest; `skip` gives them up after `waitSeconds`; `zero` fills it with zeros after `waitSeconds` (only for
   * models trained that way). Default `wait`.
   */
  readonly missing?: 'wait' | 'zero' | 'skip'
  /** Data time by which the other components may be ahead, s. Default 30. */
  readonly waitSeconds?: number
  readonly onProblem?: OnProblem
}

/** What a restart brings back; plain data. */
export interface ComponentAssemblerState {
  readonly position: number | undefined
  readonly isBroken: boolean
  readonly queues: readonly ComponentQueueState[]
}

/** `wait` waits this long: 300 s of 20 Hz are 48 kB per component. */
const PATIENCE_SECONDS = 300

/** Place of each orientation code in a frame. Only Z, N, E are what the name says; see `componentOf`. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['Z', 0],
  ['N', 1],
  ['E', 2],
  ['3', 0],
  ['1', 1],
  ['2', 2],
  ['U', 0],
  ['V', 1],
  ['W', 2],
])

/**
 * Place of a channel in the order Z, N, E by its orientation code. Z,1,2 take horizontals of unknown azimuth for N and E, and
 * 1,2,3 take 3 for the vertical; U,V,W (the raw axes of a symmetric triaxial sensor) stand in for Z,N,E as they come. Both are
 * approximations: the network sees energy, but not its true direction.
 *
 * @param subsource last code of a source id
 * @returns 0, 1 or 2; undefined for codes that are no component of ground motion
 */
export function componentOf(subsource: string): number | undefined {
  return PLACES.get(subsource)
}

/**
 * Puts the three components of an instrument side by side: a row for each grid sample that all of them have.
 *
 * A gap in one component ends the frame for all. The output follows from what each channel says, not from how the channels
 * interleave: an interruption is passed on when all components are known at its place. Rows of real and of filled samples are
 * always separated by a gap (`component`). Where clocks are set back, what a component has from before and from after meets what
 * the others have from before and from after; one that is set back alone is waited for like one that is missing. Only when a
 * component is so late that patience ends does arrival decide: it is then absent, and what it brings for rows already given up
 * is dropped.
 */
export class ComponentAssembler {
  readonly #instrument: InstrumentId
  readonly #missing: 'wait' | 'zero' | 'skip'
  /** In grid samples. */
  readonly #patience: number
  readonly #onProblem: OnProblem | undefined
  readonly #queues: readonly ComponentQueue[]
  readonly #refused = new Set<SourceId>()
  /** Grid index of the next row. */
  #position: number | undefined
  /** Nothing was passed on since the last gap. */
  #isBroken: boolean

  constructor(instrument: InstrumentId, options: ComponentAssemblerOptions = {}, initial?: ComponentAssemblerState) {
    const { gridRate = 20, missing = 'wait', waitSeconds = 30, onProblem } = options
    this.#instrument = instrument
    this.#missing = missing
    this.#patience = Math.round((missing === 'wait' ? PATIENCE_SECONDS : waitSeconds) * gridRate)
    this.#onProblem = onProblem
    this.#queues = COMPONENTS.map((_, place) => new ComponentQueue(initial?.queues[place]))
    this.#position = initial?.position
    this.#isBroken = initial?.isBroken ?? true
  }

  push(piece: GridPiece): FramePiece[] {
    const queue = this.#queueOf(piece.sourceId)
    if (!queue) return []
    const pieces: FramePiece[] = []
    if (piece.kind === 'gap') {
      // Before the first row there is nothing to interrupt.
      if (this.#position !== undefined || !queue.isEmpty) queue.addGap(piece.cause)
    } else queue.addRun(piece.firstIndex, piece.samples)
    while (this.#advance(pieces)) {}
    return pieces
  }

  snapshot(): ComponentAssemblerState {
    return { position: this.#position, isBroken: this.#isBroken, queues: this.#queues.map((queue) => queue.snapshot()) }
  }

  #queueOf(sourceId: SourceId): ComponentQueue | undefined {
    const place = componentOf(subsourceOf(sourceId))
    const queue = place === undefined ? undefined : this.#queues[place]
    if (queue?.belongsTo(sourceId)) return queue
    if (!this.#refused.has(sourceId)) {
      this.#refused.add(sourceId)
      const code = queue ? 'COMPONENT_TWICE' : 'COMPONENT_UNKNOWN'
      const got = queue ? `${sourceId} beside ${queue.sourceId}` : sourceId
      this.#onProblem?.({
        code,
        message: `components: expected one each of ${COMPONENTS.join(', ')}, got ${got}; it is left out`,
        sourceId,
      })
    }
    return undefined
  }

  /** One step forward: a frame, a gap, a jump. @returns false when there is nothing to do until more data come */
  #advance(pieces: FramePiece[]): boolean {
    const position = this.#position ?? this.#earliest()
    if (position === undefined) return false
    for (const queue of this.#queues) queue.discardBefore(position, this.#isBroken)
    for (const queue of this.#queues) if (queue.isSetBack) return this.#goBack(queue, pieces)
    if (this.#isWaiting()) return this.#giveUp(position, pieces)
    const gap = this.#firstGap()
    if (gap !== undefined) {
      this.#position = position
      this.#break(gap, pieces)
      for (const queue of this.#queues) queue.removeGap()
      return true
    }
    return this.#jump(position, pieces) || this.#emitRows(position, pieces)
  }

  /** Where a clock was set back, rows go on from there; the others give up what they have of the time that it left. */
  #goBack(first: ComponentQueue, pieces: FramePiece[]): boolean {
    this.#break('reset', pieces)
    this.#position = first.start
    first.acceptSetBack()
    for (const queue of this.#queues) if (queue !== first) queue.follow(first.start + this.#patience, this.#patience)
    return true
  }

  #isWaiting(): boolean {
    for (const queue of this.#queues) if (queue.isEmpty && !queue.isFilled) return true
    return false
  }

  #firstGap(): GapCause | undefined {
    for (const queue of this.#queues) if (queue.gapAtHead !== undefined) return queue.gapAtHead
    return undefined
  }

  /** To where the latest component begins; a filled one goes on with its own samples. */
  #jump(position: number, pieces: FramePiece[]): boolean {
    // Nothing but zeros is no data: on to the first component that has some.
    let next = this.#areAllFilled() ? (this.#earliest() ?? position) : position
    for (const queue of this.#queues) {
      if (queue.isFilled) {
        if (queue.start === position) {
          queue.isFilled = false
          this.#position = position
          this.#break('component', pieces)
          return true
        }
      } else if (queue.start > next) next = queue.start
    }
    if (next === position) return false
    this.#position = next
    this.#break('component', pieces)
    return true
  }

  #areAllFilled(): boolean {
    for (const queue of this.#queues) if (!queue.isFilled) return false
    return true
  }

  #emitRows(position: number, pieces: FramePiece[]): boolean {
    let end = Number.POSITIVE_INFINITY
    for (const queue of this.#queues) end = Math.min(end, queue.isFilled ? queue.start : queue.end)
    if (!Number.isFinite(end) || end <= position) return false
    const columns = this.#queues.length
    const samples = newSamples((end - position) * columns)
    let column = 0
    for (const queue of this.#queues) {
      if (!queue.isFilled) queue.copyTo(samples, position, end, column, columns)
      column++
    }
    pieces.push({ kind: 'frame', instrument: this.#instrument, firstIndex: position, samples })
    this.#isBroken = false
    this.#position = end
    return true
  }

  /** Decides about components that are still missing at `position`. */
  #giveUp(position: number, pieces: FramePiece[]): boolean {
    let newest = Number.NEGATIVE_INFINITY
    for (const queue of this.#queues) newest = Math.max(newest, queue.newestEnd)
    if (newest - position <= this.#patience) return false
    this.#break('component', pieces)
    if (this.#missing === 'zero') {
      for (const queue of this.#queues) if (queue.isEmpty) queue.isFilled = true
      this.#position = position
      return true
    }
    this.#position = newest - this.#patience
    for (const queue of this.#queues) queue.discardBefore(this.#position, this.#isBroken)
    return false
  }

  #earliest(): number | undefined {
    const start = Math.min(...this.#queues.map((queue) => queue.start))
    return Number.isFinite(start) ? start : undefined
  }

  #break(cause: GapCause | 'component', pieces: FramePiece[]): void {
    if (this.#isBroken) return
    this.#isBroken = true
    pieces.push({ kind: 'gap', instrument: this.#instrument, cause } satisfies FrameGap)
  }
}
