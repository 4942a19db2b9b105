import { arrivals } from '../../src/app/evaluate-events.ts'
import { eventLines } from '../../src/cli/event-lines.ts'
import { matchEvents } from '../../src/detection/event-matching.ts'
import { summariseEvents } from '../../src/detection/event-summary.ts'
import { MICROS_PER_SECOND } from '../../src/domain/time.ts'
import { coincidenceWith } from '../helpers/coincidence-options.ts'
import { arriving, lastEvents, runCoincidence } from '../helpers/coincidence-run.ts'
import { trueNetwork } from '../helpers/truth-onsets.ts'
import { toldByTruth } from '../helpers/truth-table.ts'

/**
 * Network events of a made-up network of 60 stations beside the truth, counted by who made each onset: those that four stations saw, found,
 * told twice, false; how far they are from where they were. Below it what `evaluate --events` says of the same, which knows only times and
 * places. `node --import tsx test/drill/events.ts [events] [seconds between them] [seed] [false detections of a station per hour]`
 */
const [events = 300, everySeconds = 120, seed = 1, falsePerHour = 0] = process.argv.slice(2).map(Number)
const network = trueNetwork({ seed, stations: 60, events, everySeconds, falsePerHour })
const options = coincidenceWith(network.places)
const began = process.cpuUsage()
const told = lastEvents(runCoincidence(arriving(network.detections, [...network.places.keys()].slice(0, 3)), options))
const cpu = process.cpuUsage(began).user / 1e6
process.stdout.write(
  `${JSON.stringify({ seed, everySeconds, falsePerHour, detections: network.detections.length, cpu, ...toldByTruth(network, told) })}\n`,
)
const match = matchEvents({
  catalogue: network.events.map(({ time, depthKm, latitude, longitude }) => ({ time, depthKm, place: { latitude, longitude } })),
  events: told,
  onsets: network.detections.map(({ id, station, onset: { time, uncertaintySeconds } }) => ({
    detection: id,
    station,
    onset: time,
    uncertaintySeconds,
    busyUntil: time + 25 * MICROS_PER_SECOND,
  })),
  spans: new Map([...network.places.keys()].map((station) => [station, [{ start: 0, end: Number.POSITIVE_INFINITY }]])),
  needed: 3,
  arrivalOf: arrivals(options),
  matchSeconds: options.toleranceSeconds,
  withinSeconds: options.withinSeconds,
})
process.stdout.write(`${eventLines(summariseEvents(match)).join('\n')}\n`)
