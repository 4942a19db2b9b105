import { readFileSync } from 'node:fs'
import { DatasetError } from '../domain/errors.ts'
import type { Place } from '../domain/place.ts'
import type { OnProblem } from '../domain/problem.ts'
import { parseStationId, type StationId } from '../domain/source-id.ts'
import { type Micros, parseIsoMicros } from '../domain/time.ts'

/** One phase at one station, as an analyst or a picker said it. */
export interface PhasePick {
  readonly station: StationId
  readonly phase: 'P' | 'S'
  readonly time: Micros
}

/** An event of a QuakeML file, as far as a detector needs it. */
export interface QuakemlEvent {
  readonly id: string
  /** Of the preferred origin, else the first. */
  readonly originTime: Micros
  readonly magnitude: number | undefined
  /** By time. */
  readonly picks: readonly PhasePick[]
  /** Of that origin. */
  readonly place?: Place
  readonly depthKm?: number
}

/**
 * Reads a QuakeML 1.2 catalogue: origin time, magnitude and picks of each event. Events without an origin time are reported
 * (`catalogue-event`) and left out. Phases are those that the picks name, or the arrivals of the origin where picks do not.
 *
 * @throws {DatasetError} when the file cannot be read or holds no QuakeML
 */
export function readQuakeml(path: string, onProblem: OnProblem): QuakemlEvent[] {
  const text = readText(path).replace(/<!--[\s\S]*?-->/g, '')
  if (!/<(?:[\w.-]+:)?quakeml[\s>]/.test(text)) {
    throw new DatasetError(`catalogue: expected QuakeML, got a text without an element quakeml (${path})`, { file: path })
  }
  const events: QuakemlEvent[] = []
  for (const event of elements(text, 'event')) {
    const id = event.attributes.get('publicID') ?? `event ${events.length + 1}`
    const origins = elements(event.content, 'origin')
    const origin = preferred(origins, textOf(event.content, 'preferredOriginID'))
    const originTime = origin && timeOf(origin.content)
    if (origin === undefined || originTime === undefined) {
      onProblem({ code: 'catalogue-event', message: 'expected an origin with a time, got none', where: `${path} ${id}` })
      continue
    }
    const magnitudes = elements(event.content, 'magnitude')
    const magnitude = preferred(magnitudes, textOf(event.content, 'preferredMagnitudeID'))
    const size = Number(magnitude && textOf(textOf(magnitude.content, 'mag') ?? '', 'value'))
    events.push({
      id,
      originTime,
      magnitude: magnitude !== undefined && Number.isFinite(size) ? size : undefined,
      picks: picksOf(event.content, origin.content),
      ...hypocentreIn(origin.content),
    })
  }
  return events.sort((a, b) => a.originTime - b.originTime)
}

/** QuakeML has depths in metres. */
function hypocentreIn(origin: string): Pick<QuakemlEvent, 'place' | 'depthKm'> {
  const [latitude, longitude, metres] = ['latitude', 'longitude', 'depth'].map((name) => numberOf(origin, name))
  if (latitude === undefined || longitude === undefined) return {}
  return { place: { latitude, longitude }, ...(metres !== undefined && { depthKm: metres / 1000 }) }
}

/** The value of a quantity; undefined where there is none. */
function numberOf(content: string, name: string): number | undefined {
  const text = textOf(textOf(content, name) ?? '', 'value')
  const value = Number(text)
  return text !== undefined && text !== '' && Number.isFinite(value) ? value : undefined
}

function picksOf(event: string, origin: string): PhasePick[] {
  const phases = new Map(elements(origin, 'arrival').map(({ content }) => [textOf(content, 'pickID'), textOf(content, 'phase')]))
  const picks = elements(event, 'pick').flatMap(({ attributes, content }): PhasePick[] => {
    const [stream] = elements(content, 'waveformID')
    const station = parseStationId(`${stream?.attributes.get('networkCode')}_${stream?.attributes.get('stationCode')}`)
    const phase = (textOf(content, 'phaseHint') ?? phases.get(attributes.get('publicID')))?.charAt(0).toUpperCase()
    const time = timeOf(content)
    if (station === undefined || time === undefined || (phase !== 'P' && phase !== 'S')) return []
    return [{ station, phase, time }]
  })
  return picks.sort((a, b) => a.time - b.time)
}

interface Element {
  readonly attributes: ReadonlyMap<string, string>
  readonly content: string
}

const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** Elements of a name that do not contain each other, with or without a prefix. */
function elements(text: string, name: string): Element[] {
  const found: Element[] = []
  const start = new RegExp(`<((?:[\\w.-]+:)?${name})(\\s[^>]*?)?(/?)>`, 'g')
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const [, tag = '', attributeText = '', isEmpty] = match
    const attributes = new Map([...attributeText.matchAll(ATTRIBUTE)].map(([, key = '', a, b]) => [key, a ?? b ?? '']))
    if (isEmpty === '/') {
      found.push({ attributes, content: '' })
      continue
    }
    const end = text.indexOf(`</${tag}>`, start.lastIndex)
    if (end < 0) break
    found.push({ attributes, content: text.slice(start.lastIndex, end) })
    start.lastIndex = end
  }
  return found
}

function textOf(text: string, name: string): string | undefined {
  return elements(text, name)[0]?.content.trim()
}

function timeOf(content: string): Micros | undefined {
  return parseIsoMicros(textOf(textOf(content, 'time') ?? '', 'value') ?? '')
}

function preferred(candidates: readonly Element[], id: string | undefined): Element | undefined {
  return candidates.find(({ attributes }) => id !== undefined && attributes.get('publicID') === id) ?? candidates[0]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new DatasetError(`catalogue: expected a readable file, got none (${path})`, { file: path }, error)
  }
}
