import type { DetectionWire } from '../contract/detection.ts'
import type { ExplanationAnswer, ReplayAnswer } from '../contract/detection-study.ts'
import { UsageError } from '../domain/errors.ts'
import type { Clock } from '../domain/ports.ts'
import { parseInstrumentId } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND } from '../domain/time.ts'
import type { StoredPeakWindow } from '../io/store/peak-window-table.ts'
import type { WaveformSnippet } from '../io/store/snippet-table.ts'
import { sigmoid } from '../nn/exponential.ts'
import { HttpError } from '../server/http-error.ts'
import type { DetectionStudyView, Download, ExplanationRequest } from '../server/monitor-view.ts'
import { amplitudeSpectrum } from '../signal/amplitude-spectrum.ts'
import { classifiedWindow, type DetectionWindow } from './explain-detection.ts'
import type { LoadedModel } from './load-model.ts'
import { RelevanceEngines } from './relevance-engines.ts'
import { snippetMiniseed } from './snippet-miniseed.ts'
import { scorerOf, type WindowScorer } from './window-scorer.ts'
import { shortDigits, wireComponents } from './wire-components.ts'

export interface DetectionStudyOptions {
  readonly store: {
    detection(id: string): DetectionWire | undefined
    peakWindow(id: string): StoredPeakWindow | undefined
    snippet(id: string): WaveformSnippet | undefined
  }
  readonly model: LoadedModel
  readonly clock: Clock
}

/** What is handed out at the logit. */
const RELEVANCE_START = 1

/** Does again what the pipeline did with the best window of a stored detection. Takes a few milliseconds, on the pipeline's own thread. */
export class DetectionStudy implements DetectionStudyView {
  readonly #options: DetectionStudyOptions
  readonly #scorer: WindowScorer
  readonly #engines: RelevanceEngines

  constructor(options: DetectionStudyOptions) {
    this.#options = options
    this.#scorer = scorerOf(options.model)
    this.#engines = new RelevanceEngines(options.model.network)
  }

  miniseed(id: string): Download | undefined {
    const { store } = this.#options
    const detection = store.detection(id)
    if (!detection) return undefined
    const snippet = store.snippet(id)
    const instrument = parseInstrumentId(detection.instrument)
    if (snippet && instrument) return snippetMiniseed(instrument, snippet)
    throw new HttpError('NOT_FOUND', `miniSEED: expected a stored waveform of ${id}, got none`)
  }

  replay(id: string): ReplayAnswer | undefined {
    const { model, clock } = this.#options
    const begin = clock.now()
    const window = this.#window(id)
    if (!window) return undefined
    const { detection, score, startTime, endTime } = window.origin
    return {
      id,
      storedModel: detection.model,
      model: model.id,
      storedScore: detection.peak.score,
      score,
      isSame: score === detection.peak.score,
      window: { startTime: formatMicros(startTime), endTime: formatMicros(endTime) },
      seconds: (clock.now() - begin) / MICROS_PER_SECOND,
    }
  }

  explanation(id: string, options: ExplanationRequest): ExplanationAnswer | undefined {
    const { model, clock } = this.#options
    const begin = clock.now()
    const window = this.#window(id)
    if (!window) return undefined
    const { detection, score, secondOpinion, onsetRatio, startTime, samples } = window.origin
    const { logit, networkScore, relevance } = this.#relevanceOf(window, options)
    const rate = model.card.sampleRate
    const place = { startTime: formatMicros(startTime), rate }
    return {
      id,
      storedModel: detection.model,
      model: model.id,
      ...options,
      logit,
      networkScore,
      ...(secondOpinion !== undefined && { secondOpinion }),
      onsetRatio,
      score,
      relevance: { ...place, beta: options.beta, ...wireComponents(shortDigits(relevance)) },
      shares: sharesOf(relevance),
      conservation: { start: RELEVANCE_START, input: relevance.reduce((sum, value) => sum + value, 0) },
      waveform: { ...place, ...wireComponents(samples) },
      spectrum: spectrumOf(samples, rate),
      seconds: (clock.now() - begin) / MICROS_PER_SECOND,
    }
  }

  /** From 1 at the logit; zeros for a window that the network is not asked about. */
  #relevanceOf({ input, isUsable }: DetectionWindow, options: ExplanationRequest) {
    const engine = this.#engines.get({ ...options, start: 'one' })
    if (!isUsable) return { logit: null, networkScore: 0, relevance: new Float32Array(input.length) }
    const { logits, relevance } = engine.maps(input, 1)
    const logit = logits[0]!
    if (Number.isFinite(logit)) return { logit, networkScore: Math.fround(sigmoid(logit)), relevance }
    throw new UsageError(`explanation: expected a finite logit, got ${logit}`)
  }

  #window(id: string): DetectionWindow | undefined {
    const { store } = this.#options
    const detection = store.detection(id)
    if (!detection) return undefined
    const stored = store.peakWindow(id)
    if (stored) return classifiedWindow(detection, stored, this.#options.model.id, this.#scorer)
    const message = `best window: expected it stored with ${id}, got none; an older version stored the detection`
    throw new HttpError('NOT_FOUND', message)
  }
}

function sharesOf(relevance: Float32Array): ExplanationAnswer['shares'] {
  const sums: [number, number, number] = [0, 0, 0]
  for (let i = 0; i < relevance.length; i++) sums[(i % 3) as 0 | 1 | 2] += Math.abs(relevance[i]!)
  const total = sums[0] + sums[1] + sums[2] || 1
  return { Z: sums[0] / total, N: sums[1] / total, E: sums[2] / total }
}

function spectrumOf(samples: Float64Array, rate: number): ExplanationAnswer['spectrum'] {
  const [Z, N, E] = ([0, 1, 2] as const).map((column) => amplitudeSpectrum(samples, column, rate))
  const digits = ({ amplitudes }: { amplitudes: Float64Array }) => [...shortDigits(new Float32Array(amplitudes))]
  return { frequencyStep: Z!.frequencyStep, Z: digits(Z!), N: digits(N!), E: digits(E!) }
}
