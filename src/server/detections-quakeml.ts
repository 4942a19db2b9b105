import type { DetectionWire } from '../contract/detection.ts'
import type { LabelValue } from '../domain/label.ts'

/** Event types of QuakeML 1.2; an unsure one has none. */
const EVENT_TYPES: Readonly<Record<LabelValue, string | undefined>> = {
  earthquake: 'earthquake',
  blast: 'explosion',
  noise: 'not existing',
  unsure: undefined,
}

/**
 * QuakeML 1.2 (basic event description): each detection is an event with one pick, its onset on the vertical component, without
 * origin or magnitude: a detector of one station knows neither.
 */
export function detectionsToQuakeml(detections: readonly DetectionWire[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">',
    `<eventParameters publicID="${resourceId('detections', 'list')}">`,
    ...detections.map(eventOf),
    '</eventParameters>',
    '</q:quakeml>',
    '',
  ].join('\n')
}

function eventOf({ id, instrument, onset, peak, model, config, label }: DetectionWire): string {
  const [network = '', station = '', location = '', ...sensor] = instrument.split('_')
  const type = label && EVENT_TYPES[label.value]
  return [
    `<event publicID="${resourceId('detection', id)}">`,
    type && `<type>${type}</type>`,
    `<comment><text>${escapeXml(`score ${peak.score} at ${peak.time}, model ${model}, configuration ${config}`)}</text></comment>`,
    `<pick publicID="${resourceId('pick', id)}">`,
    `<time><value>${onset.time}</value><uncertainty>${onset.uncertaintySeconds}</uncertainty></time>`,
    `<waveformID networkCode="${network}" stationCode="${station}" locationCode="${location}" channelCode="${sensor.join('')}Z"/>`,
    `<methodID>${resourceId('method', onset.method)}</methodID>`,
    '<evaluationMode>automatic</evaluationMode>',
    '</pick>',
    '</event>',
  ]
    .filter(Boolean)
    .join('\n')
}

/** Only the characters that QuakeML's ResourceReference allows. */
function resourceId(kind: string, id: string): string {
  return `smi:local/quakewire/${kind}/${id.replace(/[^\w\-.*()+?~'=,;]/g, '.').replaceAll("'", '.')}`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
