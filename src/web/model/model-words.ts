import type { Calibration, ModelCard } from '../../contract/model-card.ts'
import { calibratedScore } from '../../domain/calibration.ts'
import { ASKED_FROM } from '../../domain/second-opinion.ts'

const DETREND = { none: 'as it is', demean: 'without its mean', linear: 'without its linear trend' } as const

/** What is done to a window before the network sees it. */
export function preprocessWords({ detrend, highpassHz, taperSeconds, normalise }: ModelCard['preprocess']): string {
  return [
    DETREND[detrend],
    ...(taperSeconds ? [`tapered over ${taperSeconds} s`] : []),
    ...(highpassHz === null ? [] : [`high-pass ${highpassHz} Hz`]),
    normalise === 'max-abs' ? 'divided by its largest absolute sample, the three components together' : 'not normalised',
  ].join(', ')
}

/** What becomes of the network's score. */
export function scoreWords({ onset, secondOpinion }: Pick<ModelCard, 'onset' | 'secondOpinion'>): string {
  const odds = secondOpinion ? 'the geometric mean of both models’ odds' : 'the network’s odds'
  const asked = secondOpinion
    ? `where the network says ${ASKED_FROM} or more, ${secondOpinion.model.split('/').at(-1)} is asked, too, on instruments that are fast enough for it; `
    : ''
  if (onset)
    return `${asked}${odds} times the power ratio of the clearest onset in the window over ${onset.neutralRatio}: a clear onset raises it, none lowers it`
  return secondOpinion ? `${asked}${odds}` : 'the network’s'
}

/** What the temperature means, on scores that people know. */
export function calibrationWords({ temperature }: Calibration): string {
  const at = (score: number) => `${score} means ${percentText(calibratedScore(score, temperature))}`
  const mood = temperature < 1 ? 'is too careful' : temperature > 1 ? 'is too sure of itself' : 'means what it says'
  return `The network ${mood}: a score of ${at(0.5)}, ${at(0.8)}, ${at(0.95)}.`
}

export type DriftLevel = 'unknown' | 'same' | 'shifted' | 'moved'

/** Population stability index in words; limits of 0.1 and 0.25 are a rule of thumb of those who watch models at work. */
export function driftLevel(drift: number | null): DriftLevel {
  if (drift === null) return 'unknown'
  if (drift < 0.1) return 'same'
  return drift <= 0.25 ? 'shifted' : 'moved'
}

export const DRIFT_WORDS: Readonly<Record<DriftLevel, string>> = {
  unknown: 'There is nothing to compare with, or there are no scores in this time.',
  same: 'The scores lie where they are expected.',
  shifted: 'The scores have shifted a little: worth a look at stations that are new or noisier than before.',
  moved:
    'The scores have moved: the data are not what they were. Look for new stations, broken instruments or new noise before trusting thresholds.',
}

function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(share > 0.99 ? 4 : 2))} %`
}
