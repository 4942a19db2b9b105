import { describe, expect, it } from 'vitest'
import { causeWords, channelName, labelsText, metricTitle, metricValue } from '../../../../src/web/health/health-words.ts'
import { parseMetrics } from '../../../../src/web/health/metrics-text.ts'

const TEXT = `# HELP quakewire_packets_total Packets that arrived.
# TYPE quakewire_packets_total counter
quakewire_packets_total{server="seedlink://a:1"} 12
quakewire_packets_total{server="with \\"quotes\\" and \\\\"} 3

# HELP quakewire_latency_seconds How late.
# TYPE quakewire_latency_seconds histogram
quakewire_latency_seconds_bucket{le="1"} 2
quakewire_latency_seconds_bucket{le="10"} 9
quakewire_latency_seconds_bucket{le="+Inf"} 10
quakewire_latency_seconds_sum 40
quakewire_latency_seconds_count 10
# HELP quakewire_alerts_count Not a histogram.
# TYPE quakewire_alerts_count gauge
quakewire_alerts_count NaN
`

describe('the text of /metrics', () => {
  const families = parseMetrics(TEXT)

  it('gives each family its help and its samples with labels', () => {
    expect(families.map(({ name, type }) => [name, type])).toEqual([
      ['quakewire_packets_total', 'counter'],
      ['quakewire_latency_seconds', 'histogram'],
      ['quakewire_alerts_count', 'gauge'],
    ])
    expect(families[0]).toMatchObject({
      help: 'Packets that arrived.',
      samples: [
        { labels: { server: 'seedlink://a:1' }, value: 12 },
        { labels: { server: 'with "quotes" and \\' }, value: 3 },
      ],
    })
  })

  it('gives of a histogram what a person wants to know', () => {
    expect(families[1]?.quantiles).toEqual([{ labels: {}, count: 10, mean: 4, median: 10, p95: Number.POSITIVE_INFINITY }])
    expect(families[1]?.samples).toEqual([])
    expect(families[2]?.samples[0]?.value).toBeNaN()
  })
})

describe('health in words', () => {
  it('names causes, channels and metrics', () => {
    expect(causeWords('overflow')).toBe('lost by a full queue')
    expect(causeWords('rejected:STEIM_INTEGRITY')).toBe('records refused (STEIM_INTEGRITY)')
    expect(causeWords('somethingNew')).toBe('somethingNew')
    expect(channelName('FDSN:XX_ALDER_00_H_H_Z')).toBe('XX.ALDER.00.HHZ')
    expect(channelName('FDSN:GE_APE__B_H_Z')).toBe('GE.APE.BHZ')
    expect(metricTitle('quakewire_packets_total')).toBe('packets')
    expect(labelsText({ server: 'a', hook: 'b' })).toBe('server a, hook b')
  })

  it('gives values their units', () => {
    expect(metricValue('quakewire_latency_seconds', 0.01234)).toBe('0.0123 s')
    expect(metricValue('quakewire_resident_memory_bytes', 210_419_712)).toBe('210.4 MB')
    expect(metricValue('quakewire_process_start_time_seconds', 0)).toBe('1970-01-01 00:00:00 UTC')
    expect(metricValue('quakewire_packets_total', 12_345)).toBe('12,345')
    expect(metricValue('quakewire_latency_seconds', Number.POSITIVE_INFINITY)).toBe('beyond the last bucket')
    expect(metricValue('quakewire_alerts_count', Number.NaN)).toBe('–')
  })
})
