import { describe, expect, it } from 'vitest'
import { eventToWire } from '../../../src/contract/event.ts'
import { eventsToQuakeml } from '../../../src/server/events-quakeml.ts'
import { exampleEvent } from '../../helpers/example-event.ts'

describe('eventsToQuakeml', () => {
  it('gives an event with picks and a preliminary origin', () => {
    expect(eventsToQuakeml([eventToWire(exampleEvent(0), 1)])).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">
      <eventParameters publicID="smi:local/quakewire/events/list">
      <event publicID="smi:local/quakewire/event/event-0">
      <type>earthquake</type><typeCertainty>suspected</typeCertainty>
      <preferredOriginID>smi:local/quakewire/origin/event-0</preferredOriginID>
      <comment><text>open, revision 1, 4 stations</text></comment>
      <pick publicID="smi:local/quakewire/pick/CI_CLC_00_HH-2019-07-04T17.33.49.000000Z-abc">
      <time><value>2019-07-04T17:33:49.000000Z</value></time>
      <waveformID networkCode="CI" stationCode="CLC" locationCode="00" channelCode="HHZ"/>
      <phaseHint>P</phaseHint>
      <evaluationMode>automatic</evaluationMode>
      </pick>
      <origin publicID="smi:local/quakewire/origin/event-0">
      <time><value>2019-07-04T17:33:45.000000Z</value><uncertainty>0.31</uncertainty></time>
      <latitude><value>35.7053</value></latitude>
      <longitude><value>-117.5058</value></longitude>
      <depth><value>11000</value><lowerUncertainty>9000</lowerUncertainty><upperUncertainty>13000</upperUncertainty></depth>
      <methodID>smi:local/quakewire/method/grid-search-and-least-squares</methodID>
      <earthModelID>smi:local/quakewire/earth-model/ak135</earthModelID>
      <quality><usedPhaseCount>4</usedPhaseCount><usedStationCount>4</usedStationCount><standardError>0.12</standardError><azimuthalGap>120</azimuthalGap></quality>
      <originUncertainty><minHorizontalUncertainty>1200</minHorizontalUncertainty><maxHorizontalUncertainty>3500</maxHorizontalUncertainty><azimuthMaxHorizontalUncertainty>45</azimuthMaxHorizontalUncertainty><preferredDescription>uncertainty ellipse</preferredDescription><confidenceLevel>68</confidenceLevel></originUncertainty>
      <arrival publicID="smi:local/quakewire/arrival/CI_CLC_00_HH-2019-07-04T17.33.49.000000Z-abc"><pickID>smi:local/quakewire/pick/CI_CLC_00_HH-2019-07-04T17.33.49.000000Z-abc</pickID><phase>P</phase><distance>0.1322</distance><timeResidual>-0.05</timeResidual></arrival>
      <evaluationMode>automatic</evaluationMode>
      <evaluationStatus>preliminary</evaluationStatus>
      </origin>
      </event>
      </eventParameters>
      </q:quakeml>
      "
    `)
  })

  it('gives no origin where there is no location', () => {
    const text = eventsToQuakeml([eventToWire(exampleEvent(0, { location: null }), 1)])
    expect(text).toContain('<pick ')
    expect(text).not.toContain('rigin')
  })

  it('says of a vetoed event that it does not exist, and why', () => {
    const text = eventsToQuakeml([eventToWire(exampleEvent(0, { state: 'vetoed', reason: 'simultaneous-onsets' }), 1)])
    expect(text).toContain('<type>not existing</type>')
    expect(text).toContain('vetoed (simultaneous-onsets)')
  })
})
