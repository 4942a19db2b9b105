import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../src/contract/detection.ts'
import { detectionsToCsv } from '../../../src/server/detections-csv.ts'
import { detectionsToQuakeml } from '../../../src/server/detections-quakeml.ts'
import { closed, EXAMPLE_TIME, exampleDetection } from '../../helpers/example-detection.ts'

const detection = detectionToWire(closed(exampleDetection(0, { reason: 'one, "two"' })), {
  seq: 1,
  latency: {},
  label: { value: 'blast', by: '=HYPERLINK("x")', time: EXAMPLE_TIME },
})

describe('detectionsToCsv', () => {
  const [header = '', row = '', end] = detectionsToCsv([detection]).split('\r\n')

  it('has a header and a line per detection', () => {
    expect(header.split(',').slice(0, 6)).toEqual(['id', 'state', 'station', 'instrument', 'time', 'uncertainty_seconds'])
    expect(end).toBe('')
    expect(detectionsToCsv([])).toBe(`${header}\r\n`)
  })

  it('quotes commas and quotes, and disarms formulas', () => {
    expect(row).toContain('"one, ""two"""')
    expect(row).toContain(`"'=HYPERLINK(""x"")"`)
  })
})

describe('detectionsToQuakeml', () => {
  it('gives an event with a pick per detection', () => {
    expect(detectionsToQuakeml([detection])).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
      <eventParameters publicID="smi:local/quakewire/detections/list">
      <event publicID="smi:local/quakewire/detection/CI_CLC_00_HH-2019-07-04T17.33.49.000000Z-abc">
      <type>explosion</type>
      <comment><text>score 0.9700000286102295 at 2019-07-04T17:33:54.000000Z, model first@abc, configuration def</text></comment>
      <pick publicID="smi:local/quakewire/pick/CI_CLC_00_HH-2019-07-04T17.33.49.000000Z-abc">
      <time><value>2019-07-04T17:33:49.000000Z</value><uncertainty>0.05</uncertainty></time>
      <waveformID networkCode="CI" stationCode="CLC" locationCode="00" channelCode="HHZ"/>
      <methodID>smi:local/quakewire/method/aic</methodID>
      <evaluationMode>automatic</evaluationMode>
      </pick>
      </event>
      </eventParameters>
      </q:quakeml>
      "
    `)
  })

  it('keeps markup in texts from becoming markup', () => {
    const text = detectionsToQuakeml([{ ...detection, model: '<script>&"' }])
    expect(text).toContain('&lt;script&gt;&amp;&quot;')
    expect(text).not.toContain('<script>')
  })

  it('leaves the type open without a label and for an unsure one', () => {
    const { label: _label, ...plain } = detection
    expect(detectionsToQuakeml([plain])).not.toContain('<type>')
    expect(detectionsToQuakeml([{ ...detection, label: { ...detection.label!, value: 'unsure' } }])).not.toContain('<type>')
  })
})
