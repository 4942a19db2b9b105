import type { DetectionWire } from '../contract/detection.ts'
import { StoreError, UsageError } from '../domain/errors.ts'
import { gridIndexToMicros, microsToGridIndex } from '../domain/grid.ts'
import { withSecondOpinion } from '../domain/second-opinion.ts'
import type { StoredPeakWindow } from '../io/store/peak-window-table.ts'
import { openStoreReader } from '../io/store/store-reader.ts'
import { clearestOnset } from '../signal/onset-meter.ts'
import type { ExplainableWindow, WindowOrigin } from './explain.ts'
import type { LoadedModel } from './load-model.ts'
import { scorerOf, type WindowScorer } from './window-scorer.ts'

/** The best window of a detection, as it was stored. */
export type DetectionWindow = ExplainableWindow & { readonly origin: WindowOrigin & { readonly detection: DetectionWire } }

/**
 * The best window of a stored detection, preprocessed and classified again: with the detection's own model its score comes out bit
 * for bit. A monitor may have the store open.
 *
 * @throws {UsageError} when there is no such detection, or its window has another shape than the model's
 * @throws {StoreError} when the store cannot be read, or was written before windows were stored
 */
export function storedWindow(file: string, id: string, model: LoadedModel): DetectionWindow {
  const reader = openStoreReader(file)
  try {
    const detection = reader.detection(id)
    if (!detection) throw new UsageError(`explain --detection: expected the id of a detection, got ${id} (${file})`, { id, file })
    const stored = reader.peakWindow(id)
    if (!stored) {
      const advice = 'it was stored by an older version; use --file with --at and its peak time'
      throw new StoreError(`explain --detection: expected the best window of ${id}, got none (${file}); ${advice}`, { id, file })
    }
    return classifiedWindow(detection, stored, model.id, scorerOf(model))
  } finally {
    reader.close()
  }
}

/**
 * What the second model said is taken from the detection: its samples are not stored. Another model than the detection's does without.
 *
 * @throws {UsageError} when the window has another shape than the model's
 */
export function classifiedWindow(
  detection: DetectionWire,
  { samples, rate, startTime }: StoredPeakWindow,
  model: string,
  { classifier, preprocess, weigh, second, sampleRate }: WindowScorer,
): DetectionWindow {
  const { windowLength, channels } = classifier
  if (samples.length !== windowLength * channels || rate !== sampleRate) {
    const expected = `a window of ${windowLength} samples at ${sampleRate} Hz for this model`
    throw new UsageError(`stored window: expected ${expected}, got ${samples.length / 3} at ${rate} Hz (${detection.id})`, {
      id: detection.id,
    })
  }
  const input = new Float32Array(samples.length)
  const isUsable = preprocess(samples, input)
  const networkScore = isUsable ? classifier.classify(input, 1)[0]! : 0
  const secondOpinion = second && detection.model === model ? detection.peak.secondOpinion : undefined
  const asked = secondOpinion === undefined ? networkScore : withSecondOpinion(networkScore, secondOpinion)
  const score = isUsable ? weigh(asked, samples) : 0
  const endTime = gridIndexToMicros(microsToGridIndex(startTime, rate) + windowLength - 1, rate)
  const onsetRatio = clearestOnset(samples, { windowLength, channels, sampleRate })
  const origin = {
    instrument: detection.instrument,
    startTime,
    endTime,
    samples,
    score,
    onsetRatio,
    ...(secondOpinion !== undefined && { secondOpinion }),
    detection,
  }
  return { input, isUsable, origin }
}
