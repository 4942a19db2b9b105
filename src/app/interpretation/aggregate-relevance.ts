import type { RowRange } from '../../nn/map-activity.ts'
import { BAND_EDGES, BandRelevance } from './band-relevance.ts'
import type { LabelledWindow } from './labelled-windows.ts'
import { PHASES, type Phase } from './phase-parts.ts'

/** Mean relevance around a pick: every map first divided by its summed |relevance|. */
export interface AlignedRelevance {
  /** Seconds after the pick of the first value. */
  readonly fromSeconds: number
  readonly stepSeconds: number
  /** Parts of a window's relevance per second, mean over the windows that have the moment inside; null where none has. */
  readonly z: readonly (number | null)[]
  readonly n: readonly (number | null)[]
  readonly e: readonly (number | null)[]
  /** With a pick in the window. */
  readonly windows: number
}

/** Where the relevance of some windows goes; means of the windows' own shares of summed |relevance|. */
export interface RelevanceShares {
  readonly windows: number
  readonly components: readonly [number, number, number]
  readonly bands: {
    /** Hz; one more than there are bands. */
    readonly edges: readonly number[]
    readonly relevance: readonly number[]
    /** The bands' shares of the windows' energy, to compare with. */
    readonly energy: readonly number[]
  }
  /** Share of relevance, and of time; of windows in which all phases behind P can be told apart. */
  readonly phases: Readonly<Partial<Record<Phase, { readonly relevance: number; readonly time: number }>>>
}

const REACH_SECONDS = 20
/** Samples of one value of the mean. */
const STEP_ROWS = 2

/** Sums up relevance maps of labelled windows. */
export class AggregateRelevance {
  readonly #rate: number
  readonly #aroundP: PickAverage
  readonly #aroundS: PickAverage
  readonly #earthquakes: ShareAverage
  readonly #noise: ShareAverage

  /** @param sampleRate Hz */
  constructor(windowLength: number, sampleRate: number) {
    this.#rate = sampleRate
    this.#aroundP = new PickAverage(sampleRate)
    this.#aroundS = new PickAverage(sampleRate)
    const bands = new BandRelevance(windowLength, sampleRate)
    this.#earthquakes = new ShareAverage(bands)
    this.#noise = new ShareAverage(bands)
  }

  /** @param relevance as the window's input; a map of zeros says nothing and is left out */
  add(window: LabelledWindow, relevance: Float32Array): void {
    const total = absoluteSum(relevance, 0, relevance.length)
    if (!(total > 0)) return
    const { pRow, sRow, label } = window
    this.#aroundP.add(relevance, total, pRow)
    this.#aroundS.add(relevance, total, sRow)
    const shares = label.category === 'earthquake' ? this.#earthquakes : this.#noise
    shares.add(window, relevance, total)
  }

  summary() {
    return {
      sampleRate: this.#rate,
      aroundP: this.#aroundP.mean(),
      aroundS: this.#aroundS.mean(),
      earthquakes: this.#earthquakes.mean(),
      noise: this.#noise.mean(),
    }
  }
}

class PickAverage {
  readonly #rate: number
  readonly #steps: number
  readonly #sums: Float64Array
  readonly #counts: Float64Array
  #windows = 0

  constructor(rate: number) {
    this.#rate = rate
    this.#steps = Math.ceil((2 * REACH_SECONDS * rate) / STEP_ROWS)
    this.#sums = new Float64Array(this.#steps * 3)
    this.#counts = new Float64Array(this.#steps)
  }

  add(relevance: Float32Array, total: number, pickRow: number | undefined): void {
    const rows = relevance.length / 3
    if (pickRow === undefined || pickRow < 0 || pickRow >= rows) return
    this.#windows++
    const first = REACH_SECONDS * this.#rate - pickRow
    for (let row = 0; row < rows; row++) {
      const step = Math.floor((first + row) / STEP_ROWS)
      if (step < 0 || step >= this.#steps) continue
      this.#counts[step]!++
      for (let column = 0; column < 3; column++) this.#sums[step * 3 + column]! += relevance[row * 3 + column]! / total
    }
  }

  mean(): AlignedRelevance {
    const column = (offset: number) =>
      Array.from(this.#counts, (count, step) => (count === 0 ? null : (this.#sums[step * 3 + offset]! / count) * this.#rate))
    const stepSeconds = STEP_ROWS / this.#rate
    return { fromSeconds: -REACH_SECONDS, stepSeconds, z: column(0), n: column(1), e: column(2), windows: this.#windows }
  }
}

class ShareAverage {
  readonly #bands: BandRelevance
  readonly #components: [number, number, number] = [0, 0, 0]
  readonly #relevance = new Float64Array(BAND_EDGES.length - 1)
  readonly #energy = new Float64Array(BAND_EDGES.length - 1)
  readonly #phases = new Map<Phase, { relevance: number; time: number }>()
  #windows = 0
  #phaseWindows = 0

  constructor(bands: BandRelevance) {
    this.#bands = bands
  }

  add({ input, parts }: LabelledWindow, relevance: Float32Array, total: number): void {
    this.#windows++
    for (let i = 0; i < relevance.length; i++) this.#components[i % 3]! += Math.abs(relevance[i]!) / total
    const bands = this.#bands.of(relevance, input)
    addShares(this.#relevance, bands.relevance)
    addShares(this.#energy, bands.energy)
    if (parts.p === undefined && parts.noise === undefined) return
    this.#phaseWindows++
    for (const phase of PHASES) this.#addPhase(phase, parts[phase], relevance, total)
  }

  mean(): RelevanceShares {
    const windows = Math.max(1, this.#windows)
    const [z, n, e] = this.#components
    const phaseWindows = Math.max(1, this.#phaseWindows)
    const phases = [...this.#phases].map(
      ([phase, { relevance, time }]) => [phase, { relevance: relevance / phaseWindows, time: time / phaseWindows }] as const,
    )
    return {
      windows: this.#windows,
      components: [z / windows, n / windows, e / windows],
      bands: {
        edges: BAND_EDGES,
        relevance: Array.from(this.#relevance, (sum) => sum / windows),
        energy: Array.from(this.#energy, (sum) => sum / windows),
      },
      phases: Object.fromEntries(phases),
    }
  }

  #addPhase(phase: Phase, part: RowRange | undefined, relevance: Float32Array, total: number): void {
    if (part === undefined) return
    const sum = this.#phases.get(phase) ?? { relevance: 0, time: 0 }
    sum.relevance += absoluteSum(relevance, part.from * 3, part.to * 3) / total
    sum.time += ((part.to - part.from) * 3) / relevance.length
    this.#phases.set(phase, sum)
  }
}

function addShares(to: Float64Array, values: Float64Array): void {
  const total = values.reduce((sum, value) => sum + Math.abs(value), 0)
  if (total > 0) for (let i = 0; i < to.length; i++) to[i]! += values[i]! / total
}

function absoluteSum(values: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += Math.abs(values[i]!)
  return sum
}
