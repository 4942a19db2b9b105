/** The frame and the small parts that QuakeML 1.2 (basic event description) documents share. */

export function quakemlDocument(kind: string, events: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2">',
    `<eventParameters publicID="${resourceId(kind, 'list')}">`,
    ...events,
    '</eventParameters>',
    '</q:quakeml>',
    '',
  ].join('\n')
}

/** Only the characters that QuakeML's ResourceReference allows. */
export function resourceId(kind: string, id: string): string {
  return `smi:local/quakewire/${kind}/${id.replace(/[^\w\-.*()+?~'=,;]/g, '.').replaceAll("'", '.')}`
}

/** @param instrument `NET_STA_LOC_BS`; its vertical component stands for it */
export function waveformId(instrument: string): string {
  const [network = '', station = '', location = '', ...sensor] = instrument.split('_')
  return `<waveformID networkCode="${network}" stationCode="${station}" locationCode="${location}" channelCode="${sensor.join('')}Z"/>`
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
