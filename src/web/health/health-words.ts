const CAUSES: Readonly<Record<string, string>> = {
  notReceived: 'never came from the server',
  skippedByServer: 'left out by the server after a reconnect',
  overflow: 'lost by a full queue',
  timeTear: 'the clock drifted too far',
  timeReset: 'the clock was set back',
  rateChange: 'the sample rate changed',
}

/** Why samples are missing, in words; a code that is new is shown as it is. */
export function causeWords(cause: string): string {
  const rejected = /^rejected:(.*)$/.exec(cause)
  if (rejected) return `records refused (${rejected[1]})`
  return CAUSES[cause] ?? cause
}

/** `XX.ALDER.00.HHZ` of `FDSN:XX_ALDER_00_H_H_Z`. */
export function channelName(sourceId: string): string {
  const [network = '', station = '', location = '', ...channel] = sourceId.replace(/^FDSN:/, '').split('_')
  return [network, station, location, channel.join('')].filter(Boolean).join('.')
}

/** `quakewire_packet_latency_seconds` → `packet latency seconds`. */
export function metricTitle(name: string): string {
  return name
    .replace(/^quakewire_/, '')
    .replace(/_total$/, '')
    .replaceAll('_', ' ')
}

/** A value of a metric by the unit in its name. */
export function metricValue(name: string, value: number): string {
  if (Number.isNaN(value)) return '–'
  if (!Number.isFinite(value)) return value > 0 ? 'beyond the last bucket' : '−∞'
  if (/(start_time|timestamp)_seconds$/.test(name))
    return `${new Date(value * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  if (/_bytes(_total)?$/.test(name)) return `${(value / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`
  const unit = /_seconds(_total)?$/.test(name) ? ' s' : ''
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 4 : 2
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })}${unit}`
}

export function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
