import { describe, expect, it } from 'vitest'
import { type ExplainableWindow, explainWindow, type WindowOrigin } from '../../../../src/app/explain.ts'
import { windowReport } from '../../../../src/app/report/window-report.ts'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import { EXAMPLE_TIME, exampleDetection } from '../../../helpers/example-detection.ts'
import { expectSelfContained } from '../../../helpers/html.ts'
import { conv1d, detector, noise, randomNetwork } from '../../../helpers/networks.ts'

const ROWS = 200
const network = randomNetwork(detector(ROWS, 3, conv1d('first'), conv1d('second')), 4)

function reportOf(window: Partial<ExplainableWindow>, options = {}): string {
  const whole = { input: noise(ROWS * 3, 1), isUsable: true, ...window }
  return windowReport(explainWindow(network, whole, options), 'first@abc', 20)
}

function originOf(changes: Partial<WindowOrigin> = {}): WindowOrigin {
  const detection = detectionToWire(exampleDetection(5), { seq: 1, latency: {} })
  return {
    instrument: 'CI_CLC_00_HH',
    startTime: EXAMPLE_TIME,
    endTime: EXAMPLE_TIME + 9_950_000,
    samples: Float64Array.from(noise(ROWS * 3, 1)),
    score: detection.peak.score,
    onsetRatio: 9,
    detection,
    ...changes,
  }
}

describe('the report of a window', () => {
  it('shows traces over their relevance, facts and conservation on one page that fetches nothing', () => {
    const html = reportOf({ origin: originOf() })
    expectSelfContained(html)
    expect([...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual([
      'Traces over their relevance',
      'What the relevance says',
      'Conservation',
    ])
    expect(html).toContain('The stored score comes out again, bit for bit.')
    expect(html).toContain('>onset</text>')
    for (const layer of ['score', 'flatten', 'second', 'first']) expect(html).toContain(`<td>${layer}</td>`)
  })

  it('says what an onset made of the network’s score, and rounds no score up to 1', () => {
    const html = reportOf({ origin: originOf({ score: 0.999_99, onsetRatio: 12 }) })
    expect(html).toMatch(
      /score &gt;\.9999 \(the network’s 0\.\d{6} weighed by an onset of 12\.0 times the power before it; its logit/,
    )
  })

  it('says what a second model said', () => {
    expect(reportOf({ origin: originOf({ score: 0.999_99, onsetRatio: 12, secondOpinion: 0.25 }) })).toMatch(
      /\(the network’s 0\.\d{6} and the second model’s 0\.250000, weighed by an onset of 12\.0 times the power before it; its logit/,
    )
  })

  it('says when a stored score is not reproduced or is another model’s', () => {
    expect(reportOf({ origin: originOf({ score: 0.5 }) })).toContain('not reproduced')
    const origin = originOf()
    const other = { ...origin, detection: { ...origin.detection!, model: 'other@def' } }
    expect(reportOf({ origin: other })).toContain('Stored with another model (other@def)')
  })

  it('speaks of a window file without times, and of gradients without conservation', () => {
    const html = reportOf({}, { method: 'gradient' })
    expectSelfContained(html)
    expect(html).toContain('no onset is known')
    expect(html).toContain('Gradient of the logit')
    expect(html).not.toContain('Conservation')
  })

  it('says so when nothing contributes, and when the network was not asked', () => {
    const silent = reportOf({ input: new Float32Array(ROWS * 3) })
    expectSelfContained(silent)
    expect(silent).toContain('the relevance is zero everywhere')
    const unusable = reportOf({ input: new Float32Array(ROWS * 3), isUsable: false })
    expectSelfContained(unusable)
    expect(unusable).toContain('not classified')
    expect(unusable).not.toContain('What the relevance says')
  })

  it('of other components than three is without traces and facts', () => {
    const single = randomNetwork(detector(100, 1, conv1d('first')), 2)
    const html = windowReport(explainWindow(single, { input: noise(100, 1), isUsable: true }, {}), 'single@abc', 20)
    expectSelfContained(html)
    expect(html).toContain('Only windows of three components are drawn.')
    expect(html).toContain('Conservation')
  })

  it('shows how much speaks against an earthquake when β is above zero', () => {
    expect(reportOf({}, { beta: 1 })).toMatch(/\d+ % of the relevance speaks against an earthquake/)
  })
})
