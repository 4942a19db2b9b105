import type { DetectionWire } from '../contract/detection.ts'
import type { LabelValue } from '../domain/label.ts'
import { escapeXml, quakemlDocument, resourceId, waveformId } from './quakeml-document.ts'

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
  return quakemlDocument('detections', detections.map(eventOf))
}

function eventOf({ id, instrument, onset, peak, model, config, label }: DetectionWire): string {
  const type = label && EVENT_TYPES[label.value]
  return [
    `<event publicID="${resourceId('detection', id)}">`,
    type && `<type>${type}</type>`,
    `<comment><text>${escapeXml(`score ${peak.score} at ${peak.time}, model ${model}, configuration ${config}`)}</text></comment>`,
    `<pick publicID="${resourceId('pick', id)}">`,
    `<time><value>${onset.time}</value><uncertainty>${onset.uncertaintySeconds}</uncertainty></time>`,
    waveformId(instrument),
    `<methodID>${resourceId('method', onset.method)}</methodID>`,
    '<evaluationMode>automatic</evaluationMode>',
    '</pick>',
    '</event>',
  ]
    .filter(Boolean)
    .join('\n')
}
