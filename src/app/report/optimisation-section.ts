import { sigmoid } from '../../nn/exponential.ts'
import { type InputOptimisation, optimiseInput } from '../../nn/input-optimisation.ts'
import type { Network } from '../../nn/network.ts'
import { svgPlot } from '../html/svg-plot.ts'
import { figure, type Section, signed } from './report-page.ts'
import { type ComponentSpectra, componentSpectra, meanSpectra } from './spectrum.ts'
import { windowFigure } from './window-figure.ts'

const STEPS = 200
const SETTINGS = { target: 1, steps: STEPS, rate: 0.1, momentum: 0.9, bound: 1 } as const
const SEEDS = [1, 2, 3] as const
/** Random starts are this large: smaller than any signal of a preprocessed window. */
const START_AMPLITUDE = 0.01

interface Run {
  readonly name: string
  readonly result: InputOptimisation
}

/**
 * What the network takes for an earthquake, found by gradient descent on the window.
 *
 * @param real preprocessed windows of earthquakes to compare the spectra with
 */
export function optimisationSection(network: Network, sampleRate: number, real: readonly Float32Array[]): Section {
  const runs: Run[] = [
    { name: 'zeros', result: optimiseInput(network, { ...SETTINGS, start: 'zero' }) },
    ...SEEDS.map((seed) => ({
      name: `seed ${seed}`,
      result: optimiseInput(network, { ...SETTINGS, start: faint(network, seed) }),
    })),
  ]
  const shown = runs.find(({ result }) => result.end !== 'stuck') ?? runs[0]!
  return {
    title: 'Backward optimisation',
    body: [
      `<p>The weights are frozen, the window moves: gradient descent on the cross-entropy to “earthquake” (rate ${SETTINGS.rate}, momentum ${SETTINGS.momentum}, ${STEPS} updates, samples kept in ±1). Starts: a window of zeros and uniform noise of ±${START_AMPLITUDE} from ${SEEDS.length} seeds.</p>`,
      `<div class="plots">${lossPlot(runs)}${spectraPlots(shown.result, sampleRate, real)}</div>`,
      `<p>${runsText(runs)}</p>`,
      figure(
        windowFigure({ samples: shown.result.input, sampleRate }),
        `The optimal signal, started from ${shown.name}. ${signalText(shown.result.input, sampleRate)}${realText(real, sampleRate)}`,
      ),
      ...runs
        .filter((run) => run !== shown && run.result.end !== 'stuck')
        .slice(0, 1)
        .map(({ name, result }) =>
          figure(
            windowFigure({ samples: result.input, sampleRate }),
            `The same from ${name}: what both share is the network’s, what differs is the start’s.`,
          ),
        ),
    ].join('\n'),
  }
}

function faint(network: Network, seed: number): Float64Array {
  const { input } = optimiseInput(network, { target: 1, start: { seed }, steps: 0 })
  return input.map((value) => value * START_AMPLITUDE)
}

function lossPlot(runs: readonly Run[]): string {
  const floor = 1e-6
  const series = runs
    .filter(({ result }) => result.end !== 'stuck')
    .map(({ name, result }) => ({
      name,
      points: result.loss.map((loss, step) => [step, Math.max(floor, loss)] as const),
    }))
  if (series.length === 0) return ''
  const values = series.flatMap(({ points }) => points.map(([, loss]) => loss))
  return svgPlot(
    'Cross-entropy to “earthquake” while the window is optimised',
    { label: 'update', from: 0, to: Math.max(...runs.map(({ result }) => result.loss.length - 1), 1) },
    {
      label: 'loss',
      from: 10 ** Math.floor(Math.log10(Math.min(...values))),
      to: 10 ** Math.ceil(Math.log10(Math.max(...values) * 1.01)),
      isLogarithmic: true,
    },
    series,
  )
}

function runsText(runs: readonly Run[]): string {
  const ends = {
    converged: 'converged',
    steps: 'all updates were made',
    stuck: 'it cannot move: no filter is active in a window of zeros, so the gradient is zero',
  }
  return runs
    .map(({ name, result: { loss, logit, end } }) => {
      const last = logit.at(-1)!
      return `From ${name}: logit ${signed(logit[0]!)} → ${signed(last)}, probability ${sigmoid(last).toFixed(4)}, loss ${loss.at(-1)!.toExponential(1)} after ${loss.length - 1} updates (${ends[end]}).`
    })
    .join(' ')
}

function spectraPlots(result: InputOptimisation, sampleRate: number, real: readonly Float32Array[]): string {
  const optimal = componentSpectra(result.input, sampleRate)
  const mean = meanSpectra(real, sampleRate)
  const values = [optimal, mean].flatMap((spectra) => (spectra ? spectra.amplitudes.flatMap((one) => [...one]) : []))
  const most = Math.max(...values)
  const axis = { from: 10 ** Math.floor(Math.log10(most / 1e4)), to: 10 ** Math.ceil(Math.log10(most * 5)) }
  const plot = (caption: string, spectra: ComponentSpectra) =>
    svgPlot(
      caption,
      { label: 'frequency, Hz', from: 0.1, to: sampleRate / 2, isLogarithmic: true },
      { label: 'amplitude, s', ...axis, isLogarithmic: true },
      ['Z', 'N', 'E'].map((name, column) => ({
        name,
        points: Array.from(
          spectra.frequencies,
          (hertz, i) => [hertz, Math.max(axis.from, spectra.amplitudes[column as 0 | 1 | 2][i]!)] as const,
        ).filter(([hertz]) => hertz >= 0.1),
      })),
    )
  return (
    plot('Amplitude spectra of the optimal signal, averaged over a third of an octave', optimal) +
    (mean ? plot(`The same, mean of ${real.length} real windows of earthquakes, preprocessed`, mean) : '')
  )
}

/** Where the spectra of real windows are largest, to compare with. */
function realText(real: readonly Float32Array[], sampleRate: number): string {
  const mean = meanSpectra(real, sampleRate)
  return mean === undefined ? '' : ` Those of real windows are largest at ${peaksOf(mean)}.`
}

function peaksOf({ frequencies, amplitudes }: ComponentSpectra): string {
  const peaks = amplitudes.map(
    (spectrum, i) => `${'ZNE'[i]} ${frequencies[spectrum.indexOf(Math.max(...spectrum))]!.toFixed(1)} Hz`,
  )
  return peaks.join(', ')
}

function signalText(input: Float64Array, sampleRate: number): string {
  const names = ['Z', 'N', 'E']
  const energies = [0, 1, 2].map((column) => input.reduce((sum, value, i) => (i % 3 === column ? sum + value * value : sum), 0))
  const total = energies.reduce((a, b) => a + b, 0) || 1
  let moment = 0
  input.forEach((value, i) => {
    moment += value * value * Math.floor(i / 3)
  })
  const middle = moment / total / sampleRate
  const shares = energies.map((energy, i) => `${names[i]} ${Math.round((energy / total) * 100)} %`)
  return `Its energy lies ${shares.join(', ')}, on average ${middle.toFixed(1)} s after the beginning of the window; the spectra are largest at ${peaksOf(componentSpectra(input, sampleRate))}. It need not look like a seismogram: it is what raises this network's logit most steeply from that start, within the bound.`
}
