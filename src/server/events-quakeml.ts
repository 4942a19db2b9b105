import type { EventWire } from '../contract/event.ts'
import { escapeXml, quakemlDocument, resourceId, waveformId } from './quakeml-document.ts'

/**
 * QuakeML 1.2: each event with its picks and, when it is located, one origin with arrivals and an uncertainty ellipse: automatic and
 * preliminary. A vetoed event is `not existing`.
 */
export function eventsToQuakeml(events: readonly EventWire[]): string {
  return quakemlDocument('events', events.map(eventOf))
}

function eventOf(event: EventWire): string {
  const { id, state, reason, revision, stations, members, location } = event
  const told = `${state}${reason === undefined ? '' : ` (${reason})`}, revision ${revision}, ${stations} stations`
  return [
    `<event publicID="${resourceId('event', id)}">`,
    state === 'vetoed' ? '<type>not existing</type>' : '<type>earthquake</type><typeCertainty>suspected</typeCertainty>',
    location ? `<preferredOriginID>${resourceId('origin', id)}</preferredOriginID>` : '',
    `<comment><text>${escapeXml(told)}</text></comment>`,
    ...members.map(pickOf),
    location ? originOf(event, location) : '',
    '</event>',
  ]
    .filter(Boolean)
    .join('\n')
}

function pickOf({ detection, instrument, onset, phase }: EventWire['members'][number]): string {
  return [
    `<pick publicID="${resourceId('pick', detection)}">`,
    `<time><value>${onset}</value></time>`,
    waveformId(instrument),
    phase === 'other' ? '' : `<phaseHint>${phase}</phaseHint>`,
    '<evaluationMode>automatic</evaluationMode>',
    '</pick>',
  ]
    .filter(Boolean)
    .join('\n')
}

function originOf({ id, members, stations }: EventWire, location: NonNullable<EventWire['location']>): string {
  const { latitude, longitude, time, depthKm, ellipse, timeUncertaintySeconds, rmsSeconds, onsets, azimuthalGap, model } =
    location
  const metres = (km: number) => Math.round(km * 1000)
  return [
    `<origin publicID="${resourceId('origin', id)}">`,
    `<time><value>${time}</value><uncertainty>${timeUncertaintySeconds}</uncertainty></time>`,
    `<latitude><value>${latitude}</value></latitude>`,
    `<longitude><value>${longitude}</value></longitude>`,
    `<depth><value>${metres(depthKm.value)}</value><lowerUncertainty>${metres(depthKm.value - depthKm.from)}</lowerUncertainty>` +
      `<upperUncertainty>${metres(depthKm.to - depthKm.value)}</upperUncertainty></depth>`,
    `<methodID>${resourceId('method', 'grid-search-and-least-squares')}</methodID>`,
    `<earthModelID>${resourceId('earth-model', model)}</earthModelID>`,
    `<quality><usedPhaseCount>${onsets}</usedPhaseCount><usedStationCount>${stations}</usedStationCount>` +
      `<standardError>${rmsSeconds}</standardError><azimuthalGap>${azimuthalGap}</azimuthalGap></quality>`,
    `<originUncertainty><minHorizontalUncertainty>${metres(ellipse.minorKm)}</minHorizontalUncertainty>` +
      `<maxHorizontalUncertainty>${metres(ellipse.majorKm)}</maxHorizontalUncertainty>` +
      `<azimuthMaxHorizontalUncertainty>${ellipse.azimuth}</azimuthMaxHorizontalUncertainty>` +
      '<preferredDescription>uncertainty ellipse</preferredDescription><confidenceLevel>68</confidenceLevel></originUncertainty>',
    ...members.flatMap(({ detection, phase, residualSeconds, distanceKm }) =>
      phase === 'other' || residualSeconds === null || distanceKm === null
        ? []
        : [
            `<arrival publicID="${resourceId('arrival', detection)}"><pickID>${resourceId('pick', detection)}</pickID>` +
              `<phase>${phase}</phase><distance>${(distanceKm / 111.195).toFixed(4)}</distance>` +
              `<timeResidual>${residualSeconds}</timeResidual></arrival>`,
          ],
    ),
    '<evaluationMode>automatic</evaluationMode>',
    '<evaluationStatus>preliminary</evaluationStatus>',
    '</origin>',
  ].join('\n')
}
