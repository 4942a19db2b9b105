import type { Config } from '../contract/config.ts'
import { type CatalogueMatch, matchCatalogue } from '../detection/catalogue-matching.ts'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import type { OnProblem } from '../domain/problem.ts'
import { ContinuousRecord } from './evaluation/continuous-record.ts'
import type { LoadedModel } from './load-model.ts'
import { replayArchive } from './replay-archive.ts'

export interface EvaluateContinuousOptions {
  /** miniSEED files or folders. */
  readonly paths: readonly string[]
  readonly catalogue: readonly CatalogueEvent[]
  readonly config: Config
  readonly model: LoadedModel
  /** Share of the bytes replayed. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void
  readonly onProblem: OnProblem
}

/** Replays an archive through the monitor's own pipeline and compares its detections with a catalogue. */
export async function evaluateContinuous(options: EvaluateContinuousOptions): Promise<CatalogueMatch> {
  const { catalogue, config, model } = options
  const { windowLength, sampleRate } = model.card
  const record = new ContinuousRecord((windowLength - 1) / sampleRate)
  await replayArchive({
    paths: options.paths,
    config,
    model,
    speed: 'max',
    onMessages: () => {},
    onStreams: ({ scores$, detections$ }) => {
      scores$.subscribe((piece) => record.addScore(piece))
      detections$.subscribe((output) => {
        if (output.kind === 'detection') record.addDetection(output.detection)
      })
    },
    ...(options.onProgress && { onProgress: options.onProgress }),
    onProblem: options.onProblem,
  })
  return matchCatalogue({ events: catalogue, instruments: record.instruments(), strideSeconds: config.window.strideSeconds })
}
