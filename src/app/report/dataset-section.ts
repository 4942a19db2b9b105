import { htmlTable } from '../html/page.ts'
import { svgPlot } from '../html/svg-plot.ts'
import type { AlignedRelevance, RelevanceShares } from '../interpretation/aggregate-relevance.ts'
import type { DatasetInterpretation } from '../interpretation/interpret-dataset.ts'
import type { Phase } from '../interpretation/phase-parts.ts'
import type { Section } from './report-page.ts'

const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  noise: 'noise window',
  before: 'before P',
  p: 'P to S',
  s: 'five seconds from S',
  coda: 'coda',
}
/** Of the curves, these are drawn; the table has all. */
const DRAWN = ['LRP β = 0', 'LRP β = 1', 'input × gradient', '|gradient|', '|amplitude|', 'random']

/** Relevance over a dataset. */
export function relevanceSection({ aggregate, beta, split, windows, right }: DatasetInterpretation): Section {
  const { aroundP, aroundS, earthquakes, noise } = aggregate
  return {
    title: 'Relevance over the dataset',
    body: [
      `<p>LRP with β = ${beta} from 1 at the logit, split ${split}: ${windows.earthquake} windows of earthquakes and ${windows.noise} of noise, one per trace. Only windows in which the network is right count: ${right.earthquake} and ${right.noise}. Every map is first divided by its summed size.</p>`,
      `<div class="plots">${aligned('P', aroundP, aroundS)}${aligned('S', aroundS, aroundP)}</div>`,
      `<p>${alignedText(aroundP, aroundS)}</p>`,
      `<div class="plots">${bands('earthquakes', earthquakes)}${bands('noise', noise)}</div>`,
      `<p>${bandText(earthquakes, noise)}</p>`,
      sharesTable(earthquakes, noise),
      `<p>${phaseText(earthquakes)}</p>`,
    ].join('\n'),
  }
}

/** Perturbation curves and weight randomisation. */
export function methodSection({ perturbation, sanity, beta }: DatasetInterpretation): Section {
  const { removed, curves, windows } = perturbation
  const logits = curves.flatMap((curve) => curve.logits)
  const ranked = [...curves].sort((a, b) => b.area - a.area)
  return {
    title: 'Can the maps be trusted?',
    body: [
      `<h3>Perturbation</h3><p>Blocks of a quarter of a second of one component are set to zero, the most relevant first; the logit should fall fast. ${windows} windows of earthquakes.</p>`,
      svgPlot(
        'Mean logit while the blocks that a method finds most relevant go',
        { label: 'removed, %', from: 0, to: 100 },
        { label: 'logit', from: Math.floor(Math.min(...logits)), to: Math.ceil(Math.max(...logits)) },
        DRAWN.flatMap((name) => {
          const curve = curves.find(({ method }) => method === name)
          return curve ? [{ name, points: curve.logits.map((logit, i) => [removed[i]! * 100, logit] as const) }] : []
        }),
      ),
      htmlTable(
        ['order of removal', 'mean fall of the logit (area over the curve)', 'after 5 %', 'after 20 %'],
        ranked.map(({ method, area, logits: of }) => [
          method,
          area.toFixed(2),
          of[removed.indexOf(0.05)]!.toFixed(2),
          of[removed.indexOf(0.2)]!.toFixed(2),
        ]),
      ),
      `<p>${perturbationText(ranked)}</p>`,
      `<h3>Weight randomisation</h3><p>Layers get fresh random weights, one after the other from the output down; a map that explains what was learned should lose its likeness to that of the trained network. ${sanity.windows} windows, LRP β = ${beta}.</p>`,
      htmlTable(
        ['randomised down to', 'likeness to the trained network’s map', 'likeness to the amplitude'],
        sanity.steps.map(({ layer, correlation, amplitudeCorrelation }) => [
          layer === '' ? 'nothing' : layer,
          correlation.toFixed(3),
          amplitudeCorrelation.toFixed(3),
        ]),
      ),
      `<p>${sanityText(sanity.steps)}</p>`,
    ].join('\n'),
  }
}

function aligned(pick: string, relevance: AlignedRelevance, other: AlignedRelevance): string {
  const { fromSeconds, stepSeconds, windows } = relevance
  const components = ['z', 'n', 'e'] as const
  const values = [relevance, other].flatMap((one) => components.flatMap((name) => one[name].map((value) => value ?? 0)))
  return svgPlot(
    `Mean relevance around ${pick}, ${windows} windows`,
    { label: `seconds after ${pick}`, from: -10, to: 15 },
    { label: 'share of relevance per second', from: Math.min(0, ...values), to: Math.max(...values, 0.01) * 1.05 },
    components.map((name) => ({
      name: name.toUpperCase(),
      points: relevance[name].flatMap((value, i) => {
        const seconds = fromSeconds + (i + 0.5) * stepSeconds
        return value === null || seconds < -10 || seconds > 15 ? [] : [[seconds, value] as const]
      }),
    })),
  )
}

function alignedText(aroundP: AlignedRelevance, aroundS: AlignedRelevance): string {
  const peak = ({ z, n, e, fromSeconds, stepSeconds }: AlignedRelevance) => {
    const all = z.map((value, i) => Math.abs(value ?? 0) + Math.abs(n[i] ?? 0) + Math.abs(e[i] ?? 0))
    const at = all.indexOf(Math.max(...all))
    const names = ['Z', 'N', 'E']
    const parts = [z, n, e].map((one) => Math.abs(one[at] ?? 0))
    return { seconds: fromSeconds + (at + 0.5) * stepSeconds, value: all[at]!, name: names[parts.indexOf(Math.max(...parts))]! }
  }
  const [p, s] = [peak(aroundP), peak(aroundS)]
  return `Around P the mean relevance is largest ${p.seconds.toFixed(1)} s after the pick (${p.value.toFixed(3)} per second, most of it on ${p.name}); around S ${s.seconds.toFixed(1)} s after it (${s.value.toFixed(3)}, most on ${s.name}). Both plots have one scale. ${s.value > p.value ? 'S counts for more than P.' : 'P counts for more than S.'}`
}

function bands(what: string, { bands: { edges, relevance, energy }, windows }: RelevanceShares): string {
  const middle = (i: number) => (edges[i]! + edges[i + 1]!) / 2
  const most = Math.max(...relevance, ...energy, 0.01)
  return svgPlot(
    `Share per frequency band, ${windows} windows of ${what}`,
    { label: 'frequency, Hz', from: edges[0]!, to: edges.at(-1)! },
    { label: 'share', from: Math.min(0, ...relevance), to: most * 1.3 },
    [
      { name: 'relevance', kind: 'bars', points: relevance.map((share, i) => [middle(i) - 0.17, share] as const) },
      { name: 'energy', kind: 'bars', points: energy.map((share, i) => [middle(i) + 0.17, share] as const) },
    ],
  )
}

function bandText(earthquakes: RelevanceShares, noise: RelevanceShares): string {
  const top = ({ bands: { edges, relevance } }: RelevanceShares) => {
    const at = relevance.indexOf(Math.max(...relevance))
    return `${edges[at]}–${edges[at + 1]} Hz (${percent(relevance[at]!)})`
  }
  const { relevance, energy, edges } = earthquakes.bands
  const excess = relevance.map((share, i) => share - energy[i]!)
  const at = excess.indexOf(Math.max(...excess))
  return `A sample's relevance is shared among the frequencies in proportion to what they contribute to it. Most goes to ${top(earthquakes)} in earthquakes, to ${top(noise)} in noise. Relative to the energy that is there, the network prefers ${edges[at]}–${edges[at + 1]} Hz (${percent(excess[at]!)} more of the relevance than of the energy).`
}

function sharesTable(earthquakes: RelevanceShares, noise: RelevanceShares): string {
  const row = (name: string, shares: RelevanceShares) => [name, ...shares.components.map(percent)]
  const phases = Object.entries(earthquakes.phases) as [Phase, { relevance: number; time: number }][]
  return (
    htmlTable(['share of the relevance', 'Z', 'N', 'E'], [row('earthquakes', earthquakes), row('noise', noise)]) +
    htmlTable(
      ['part of the window (earthquakes)', 'share of the relevance', 'share of the time', 'ratio'],
      phases.map(([phase, { relevance, time }]) => [
        PHASE_NAMES[phase],
        percent(relevance),
        percent(time),
        (relevance / time).toFixed(2),
      ]),
    )
  )
}

function phaseText({ phases, components }: RelevanceShares): string {
  const ratios = (Object.entries(phases) as [Phase, { relevance: number; time: number }][]).map(
    ([phase, { relevance, time }]) => ({ phase, ratio: relevance / time }),
  )
  const densest = ratios.sort((a, b) => b.ratio - a.ratio)[0]
  const horizontal = components[1] + components[2]
  const dense =
    densest === undefined
      ? 'No window has picks of both P and S.'
      : `Relevance is densest in ${PHASE_NAMES[densest.phase]}: ${densest.ratio.toFixed(1)} times what evenly spread relevance would give.`
  return `${dense} The two horizontal components together hold ${percent(horizontal)} of it; two thirds would be their share by number.`
}

function perturbationText(ranked: readonly { method: string; area: number }[]): string {
  const place = (name: string) => ranked.findIndex(({ method }) => method === name)
  const best = ranked[0]!
  const loud = place('|amplitude|')
  const beaten = ranked.slice(loud + 1).map(({ method }) => method)
  const better = ranked.slice(0, loud).map(({ method }) => method)
  const against =
    better.length === 0
      ? 'No method beats the simplest order, the loudest blocks first: zeroing what is loud takes most away from any network that looks at energy.'
      : `Better than the simplest order, the loudest blocks first: ${better.join(', ')}; worse: ${beaten.join(', ')}.`
  const random = place('random') === ranked.length - 1 ? 'All beat a random order.' : 'Some are no better than a random order.'
  return `The logit falls most for ${best.method} (${best.area.toFixed(2)}). ${against} ${random}`
}

function sanityText(steps: readonly { layer: string; correlation: number; amplitudeCorrelation: number }[]): string {
  const [trained] = steps
  const last = steps.at(-1)
  if (trained === undefined || last === undefined) return ''
  const kept =
    last.correlation > 0.5
      ? 'The maps hardly change: they say where in the window the network finds anything at all, and little about what the deep layers learned (Sixt et al. 2020 show why for rules of positive contributions).'
      : 'The maps become others: they depend on what was learned.'
  return `With all weights random the rank correlation is still ${last.correlation.toFixed(2)}. ${kept} For the trained network they correlate ${trained.amplitudeCorrelation.toFixed(2)} with the plain amplitude.`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
