import { madeOfText, type WindowExplanation, type WindowOrigin } from '../app/explain.ts'
import { scoreText } from '../domain/score-text.ts'
import { formatMicros } from '../domain/time.ts'
import { COMPONENTS } from '../domain/window.ts'

/** An explanation as lines of text: the score, where its relevance lies, and what was lost on the way. */
export function explanationLines(explanation: WindowExplanation, model: string): string[] {
  const { window, options, logit } = explanation
  const lines = window.origin === undefined ? [] : originLines(window.origin, model)
  if (logit === null) return [...lines, 'not classified: the window has no energy or a sample that is not finite; score 0']
  const { method, beta, bias, start } = options
  const rule = { lrp: `lrp, beta ${beta}, bias ${bias}`, epsilon: `epsilon, bias ${bias}`, gradient: '', 'input-gradient': '' }[
    method
  ]
  return [
    ...lines,
    ...scoreLines(explanation, logit, model),
    `method      ${rule || method}, from ${start === 'one' ? '1' : `the ${start}`} at the logit`,
    ...shareLines(explanation),
    ...conservationLines(explanation),
  ]
}

function scoreLines({ window: { origin }, probability }: WindowExplanation, logit: number, model: string): string[] {
  const madeOf = origin ? madeOfText(origin, probability) : ''
  const score = `score       ${scoreText(origin?.score ?? probability, 6)} (${madeOf === '' ? '' : 'network: '}logit ${logit.toFixed(6)}) by ${model}`
  return madeOf === '' ? [score] : [score, `            ${madeOf}`]
}

function originLines({ instrument, startTime, endTime, score, detection }: WindowOrigin, model: string): string[] {
  const lines = [`window      ${instrument}, ${formatMicros(startTime)} to ${formatMicros(endTime)}`]
  if (detection === undefined) return lines
  const { id, peak } = detection
  const verdict =
    detection.model !== model
      ? `was ${peak.score} with ${detection.model}`
      : peak.score === score
        ? `the stored score ${peak.score} again, bit for bit`
        : `stored ${peak.score}, now ${score}: not reproduced`
  return [...lines, `detection   ${id}: ${verdict}`]
}

/** Shares of the summed |relevance| by component and by fifths of the window. */
function shareLines({ relevance, channels }: WindowExplanation): string[] {
  const total = relevance.reduce((sum, value) => sum + Math.abs(value), 0)
  if (!(total > 0)) return ['relevance   none: no sample contributes']
  const rows = relevance.length / channels
  const share = (isCounted: (row: number, channel: number) => boolean) =>
    `${Math.round((100 * relevance.reduce((sum, value, i) => (isCounted(Math.floor(i / channels), i % channels) ? sum + Math.abs(value) : sum), 0)) / total)} %`
  const byComponent = Array.from(
    { length: channels },
    (_, c) => `${COMPONENTS[c] ?? c} ${share((_row, channel) => channel === c)}`,
  )
  const byFifth = [0, 1, 2, 3, 4].map((fifth) => share((row) => Math.floor((row * 5) / rows) === fifth))
  return [`components  ${byComponent.join('  ')}`, `in time     ${byFifth.join('  ')} (fifths of the window)`]
}

function conservationLines({ layers, start }: WindowExplanation): string[] {
  if (layers.length === 0) return []
  const lost = layers.filter(({ bias, oneSided, stabiliser }) => bias !== 0 || oneSided !== 0 || stabiliser !== 0)
  return [
    `conserved   ${number(layers.at(-1)?.input ?? 0)} of ${number(start)}; kept on the way:`,
    `${'layer'.padStart(24)}        bias   one-sided  stabiliser`,
    ...lost.map(
      ({ layer, bias, oneSided, stabiliser }) => `${layer.padStart(24)}${[bias, oneSided, stabiliser].map(cell).join('')}`,
    ),
  ]
}

function cell(value: number): string {
  return number(value).padStart(12)
}

function number(value: number): string {
  return value === 0 ? '0' : value.toPrecision(4)
}
