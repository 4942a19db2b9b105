import { guessS, relevanceFacts } from '../../detection/relevance-facts.ts'
import type { RelevanceFacts } from '../../domain/detection.ts'
import { scoreText } from '../../domain/score-text.ts'
import { formatMicros, MICROS_PER_SECOND, parseIsoMicros } from '../../domain/time.ts'
import { madeOfText, type WindowExplanation, type WindowOrigin } from '../explain.ts'
import { escapeHtml, htmlTable } from '../html/page.ts'
import { divergingLegend } from './diverging-scale.ts'
import { figure, reportPage, type Section, signed } from './report-page.ts'
import { largest, windowFigure } from './window-figure.ts'

/** Seconds of context that the middle of a window stands for when it has no onset. */
const NO_ONSET = 'no onset is known, so times count from the beginning of the window'

/**
 * Why one window got its score, as a page: traces over their relevance, facts, conservation.
 *
 * @param model name and hash
 * @param sampleRate Hz
 */
export function windowReport(explanation: WindowExplanation, model: string, sampleRate: number): string {
  const { window, logit, options } = explanation
  const { origin } = window
  const what = origin ? `${origin.instrument}, ${formatMicros(origin.startTime)}` : 'A window file'
  const score =
    logit === null ? 'not classified (no energy, or a sample that is not finite), score 0' : scoreWords(explanation, logit)
  const lead = `${escapeHtml(what)}: ${escapeHtml(score)} by ${escapeHtml(model)}. ${escapeHtml(methodText(options))}${origin?.detection ? ` ${escapeHtml(storedText(origin, model))}` : ''}`
  const sections = [tracesSection(explanation, sampleRate)]
  if (logit !== null && explanation.channels === 3) sections.push(factsSection(explanation, sampleRate))
  if (explanation.layers.length > 0) sections.push(conservationSection(explanation))
  return reportPage(`Why ${origin?.detection ? 'this detection' : 'this score'}`, lead, sections)
}

function scoreWords({ window: { origin }, probability }: WindowExplanation, logit: number): string {
  const madeOf = origin ? madeOfText(origin, probability) : ''
  const score = `score ${scoreText(origin?.score ?? probability, 4)}`
  return madeOf === '' ? `${score}, logit ${signed(logit)}` : `${score} (${madeOf}; its logit ${signed(logit)})`
}

function methodText({ method, beta, bias, start }: WindowExplanation['options']): string {
  const from = start === 'one' ? '1' : `the ${start}`
  if (method === 'lrp') return `Layer-wise relevance propagation with β = ${beta}, biases: ${bias}, from ${from} at the logit.`
  if (method === 'epsilon') return `Layer-wise relevance propagation, ε-rule, biases: ${bias}, from ${from} at the logit.`
  return `${method === 'gradient' ? 'Gradient of the logit' : 'Input × gradient of the logit'}, from ${from} at the logit.`
}

function storedText({ score, detection }: WindowOrigin, model: string): string {
  if (!detection) return ''
  if (detection.model !== model) return `Stored with another model (${detection.model}): ${detection.peak.score}.`
  return detection.peak.score === score
    ? 'The stored score comes out again, bit for bit.'
    : `The stored score is ${detection.peak.score}: not reproduced.`
}

function tracesSection({ window, relevance, channels }: WindowExplanation, sampleRate: number): Section {
  if (channels !== 3) return { title: 'Traces', body: '<p>Only windows of three components are drawn.</p>' }
  const onset = onsetRow(window.origin, sampleRate)
  const sRow = guessS(window.input, onset ?? 0, sampleRate)
  const marks: [string, number][] = []
  if (onset !== undefined) marks.push(['onset', onset])
  if (onset !== undefined && sRow !== null) marks.push(['S?', sRow])
  const peak = largest(relevance)
  const svg = windowFigure({ samples: window.input, relevance, sampleRate, marks })
  const legend = divergingLegend(`−${peak.toPrecision(2)}: against`, '0', `+${peak.toPrecision(2)}: for an earthquake`)
  return { title: 'Traces over their relevance', body: figure(svg + legend, tracesText(relevance, sampleRate)) }
}

function tracesText(relevance: Float32Array, sampleRate: number): string {
  const peak = largest(relevance)
  if (!(peak > 0)) return 'The traces as the network saw them. No sample contributes: the relevance is zero everywhere.'
  const at = relevance.findIndex((value) => Math.abs(value) === peak)
  const total = relevance.reduce((sum, value) => sum + Math.abs(value), 0)
  const sorted = [...relevance].map(Math.abs).sort((a, b) => b - a)
  let held = 0
  let count = 0
  while (held < total / 2) held += sorted[count++]!
  const negative = relevance.reduce((sum, value) => sum + Math.max(0, -value), 0) / total
  const against = negative > 0 ? ` ${Math.round(negative * 100)} % of the relevance speaks against an earthquake.` : ''
  return `The traces as the network saw them (preprocessed, one amplitude scale), each over the relevance of its samples (one colour scale, by the square root: half the colour is a quarter of the relevance). The most relevant sample lies ${(Math.floor(at / 3) / sampleRate).toFixed(2)} s after the beginning on ${['Z', 'N', 'E'][at % 3]}; half of all relevance is in ${count} of ${relevance.length} samples (${((100 * count) / relevance.length).toFixed(1)} %).${against}`
}

function factsSection({ window, relevance, options }: WindowExplanation, sampleRate: number): Section {
  const onset = onsetRow(window.origin, sampleRate)
  const samples = window.origin?.samples ?? Float64Array.from(window.input)
  const facts = relevanceFacts({
    relevance,
    input: window.input,
    samples,
    onsetRow: onset ?? 0,
    gridRate: sampleRate,
    beta: options.beta,
  })
  const note = onset === undefined ? `<p>${NO_ONSET}.</p>` : ''
  return { title: 'What the relevance says', body: `${note}${htmlTable(['fact', 'value', ''], factRows(facts))}` }
}

function factRows(facts: RelevanceFacts): (readonly string[])[] {
  const [z, n, e] = facts.components
  return [
    ['before the onset', percent(facts.beforeOnset), 'share of the summed |relevance|'],
    ['from the guessed S on', facts.fromS === null ? '–' : percent(facts.fromS), sText(facts)],
    ['centroid', `${facts.centroidSeconds.toFixed(2)} s`, 'after the onset'],
    ['densest quarter of a second', percent(facts.spike), 'near 100 % for a single spike'],
    ['next to where a component freezes', percent(facts.flatEdge), 'the edge of a hole that a digitiser filled'],
    ['first and last second', percent(facts.windowEdge), 'of the window'],
    ['Z · N · E', `${percent(z)} · ${percent(n)} · ${percent(e)}`, 'shares'],
  ]
}

function sText({ sGuessSeconds }: RelevanceFacts): string {
  return sGuessSeconds === null
    ? 'the horizontal components rise nowhere'
    : `the horizontals rise most sharply ${sGuessSeconds.toFixed(2)} s after the onset`
}

function conservationSection({ layers, start, relevance }: WindowExplanation): Section {
  const end = relevance.reduce((sum, value) => sum + value, 0)
  const rows = layers.map(({ layer, output, input, bias, oneSided, stabiliser }) => [
    layer,
    ...[output, input, bias, oneSided, stabiliser].map(number),
  ])
  const columns = [
    'layer',
    'relevance behind it',
    'in front of it',
    'kept by biases',
    'by units of one sign',
    'by the stabiliser',
  ]
  return {
    title: 'Conservation',
    body: `<p>${number(start)} was handed out at the logit, ${number(end)} reaches the input. What a layer kept (or, below zero, added):</p>${htmlTable(columns, rows)}`,
  }
}

/** Row of the detection's onset in the window. */
function onsetRow(origin: WindowOrigin | undefined, sampleRate: number): number | undefined {
  const time = origin?.detection && parseIsoMicros(origin.detection.onset.time)
  return origin === undefined || time === undefined ? undefined : ((time - origin.startTime) * sampleRate) / MICROS_PER_SECOND
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function number(value: number): string {
  return value.toFixed(6).replace('-', '−')
}
