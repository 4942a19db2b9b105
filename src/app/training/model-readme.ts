import { basename } from 'node:path'
import type { ModelCard, WindowMetrics } from '../../contract/model-card.ts'
import { trainingConfigSchema } from '../../contract/training-config.ts'
import { WEIGHED_FROM } from '../../domain/onset-spec.ts'
import { ASKED_FROM } from '../../domain/second-opinion.ts'

/** `README.md` of a model folder: its card in words. The same card gives the same text. */
export function modelReadme(card: ModelCard): string {
  const sections = [
    `# ${card.name}`,
    card.description,
    inputSection(card),
    metricsSection(card),
    limitsSection(card),
    trainingSection(card),
    '## What it sees\n\n`quakewire explain --model FOLDER --data DATASET --html FOLDER/report.html` draws it: kernels, feature maps, the optimal earthquake, relevance. The bundled model has its [report](report.html) beside this page.',
    'Written by `quakewire train` from `card.json`, which holds every number above and all settings.',
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function inputSection({
  windowLength,
  sampleRate,
  components,
  preprocess,
  onset,
  secondOpinion,
  acceptsDeadComponents,
  thresholds,
}: ModelCard): string {
  const seconds = (windowLength - 1) / sampleRate
  const highpass = preprocess.highpassHz === null ? 'no high-pass' : `high-pass ${preprocess.highpassHz} Hz`
  const dead = acceptsDeadComponents ? 'may be filled with zeros' : 'is not accepted'
  return [
    '## Input',
    '',
    `- ${windowLength} samples × ${components.length} components (${components.join(', ')}): ${seconds} s at ${sampleRate} Hz`,
    `- preprocessing inside the window: detrend ${preprocess.detrend}, ${highpass}, normalise ${preprocess.normalise}`,
    ...(secondOpinion
      ? [
          `- second opinion: where the network says ${ASKED_FROM} or more, ${basename(secondOpinion.model)} is asked, too (on instruments that are fast enough for it); the odds are then the geometric mean of both`,
        ]
      : []),
    onset
      ? `- score: ${secondOpinion ? 'these' : "the network's"} odds times the power ratio of the clearest onset in the window over ${onset.neutralRatio} (2 s after against 5 s before it; from a score of ${WEIGHED_FROM} on)`
      : "- score: the network's",
    `- a missing component ${dead}`,
    `- trigger on at ${thresholds.on}, off at ${thresholds.off}, unless configured`,
  ].join('\n')
}

function metricsSection({ metrics }: ModelCard): string {
  const rows = Object.entries(metrics).map(
    ([split, m]: [string, WindowMetrics]) =>
      `| ${split} | ${m.windows} | ${percent(m.accuracy)} | ${percent(m.precision)} | ${percent(m.recall)} | ${percent(m.falsePositiveRate)} | ${m.auc?.toFixed(4) ?? '–'} |`,
  )
  if (rows.length === 0) return ''
  return [
    '## Windows',
    '',
    'By the window protocol of `quakewire evaluate`, threshold 0.5.',
    '',
    '| split | windows | accuracy | precision | recall | false positives | AUC |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

function limitsSection({ limits }: ModelCard): string {
  return limits.length === 0 ? '' : ['## Limits', '', ...limits.map((limit) => `- ${limit}`)].join('\n')
}

function trainingSection({ training }: ModelCard): string {
  if (training === null) return ''
  const { data, seed, epochs, selectedEpoch, windowsPerEpoch, settings } = training
  return [
    '## Training',
    '',
    ...data.map(
      ({ name, sha256, earthquakeTraces, noiseTraces }) =>
        `- ${name}: ${earthquakeTraces === 0 ? '' : `${earthquakeTraces} earthquake and `}${noiseTraces} noise traces (SHA-256 ${sha256.slice(0, 16)}…)`,
    ),
    `- the train splits of what has splits; ${epochs} epochs of ${windowsPerEpoch} windows, epoch ${selectedEpoch} kept; seed ${seed}`,
    ...teacherLines(settings.teachers),
    '',
    'The same data, settings and seed give the same weights, bit for bit.',
  ].join('\n')
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}

/** Cards of networks without teachers may not know the word. */
function teacherLines(teachers: unknown): string[] {
  const { count, epochs, share } = trainingConfigSchema.shape.teachers.parse(teachers)
  if (count === 0) return []
  return [
    `- taught by ${count} networks, trained before it for ${epochs} epochs each: of every target ${share} is their mean score, the rest the label`,
  ]
}
