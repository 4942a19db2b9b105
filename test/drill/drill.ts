import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildScenario } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import type { Faults } from '../../src/contract/faults.ts'
import type { GapsAnswer } from '../../src/contract/gaps.ts'
import { MonitorError } from '../../src/domain/errors.ts'
import { instrumentIdOf, type SourceId } from '../../src/domain/source-id.ts'
import { parseIsoMicros } from '../../src/domain/time.ts'
import type { TraceGap, TraceGapCause } from '../../src/domain/trace-gap.ts'
import { openArchive } from '../../src/io/archive/index.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { decodeRecord } from '../../src/miniseed/index.ts'
import { writeAccepted } from './accepted-archive.ts'
import { AcceptedSamples } from './accepted-samples.ts'
import { checkChannel, type DecodedDelivery, isDayOff } from './check-channel.ts'
import { compare, compareStores } from './compare-stores.ts'
import { DeliveredRecords } from './delivered-records.ts'
import { freePort, liveRun, writeDrillConfig } from './live-run.ts'
import { Program } from './program.ts'
import { referenceRun } from './reference-run.ts'
import { type Delivery, readTruth, type Truth } from './truth-file.ts'

export interface DrillOptions {
  /** Empty; what it holds afterwards is the caller's. */
  readonly folder: string
  readonly stations: number
  readonly minutes: number
  readonly seed: number
  /** Of server and monitor in turn. */
  readonly kills: number
  readonly faults: Faults
  /** Data seconds per second, or `max`. */
  readonly speed: string
  readonly sampleRates: readonly number[]
  readonly eventsPerHour: number
  readonly say: (line: string) => void
}

/** One thing that must hold. */
export interface Finding {
  readonly title: string
  readonly isPassed: boolean
  readonly details: readonly string[]
}

export interface DrillReport {
  /** What happened, a line each. */
  readonly facts: readonly string[]
  readonly findings: readonly Finding[]
}

const MOST_DETAILS = 12

/**
 * Makes an archive, lets it be served with faults and watched by a monitor, kills both again and again, and then checks by slow and
 * obvious means that nothing was lost that was sent, that every hole has its true cause, and that the monitor found what it would
 * have found without all that.
 */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
  const { folder, say } = options
  const begin = performance.now()
  const archive = await makeArchive(options)
  say(`archive: ${archive.records} records, ${archive.samples} samples, ${megabytes(archive.bytes)} MB in ${since(begin)} s`)
  const port = await freePort()
  const config = writeDrillConfig(folder, port, archive.instruments)
  const [faults, truthFile] = [join(folder, 'faults.yaml'), join(folder, 'truth.jsonl')]
  writeFileSync(faults, JSON.stringify(options.faults))
  writeFileSync(truthFile, '')
  const files = { archive: archive.folder, config, port, faults, truth: truthFile }
  const live = await liveRun({ ...options, ...files, records: archive.records })
  say(`live run: ${live.seconds.toFixed(0)} s; truth file ${megabytes(statSync(truthFile).size)} MB`)

  const truth = await readTruth(truthFile)
  const records = await DeliveredRecords.of(archive.folder)
  const accepted = new AcceptedSamples(join(folder, 'accepted-samples'))
  const accounts = await referenceRun({
    config: loadConfig(config),
    deliveries: truth.deliveries,
    records,
    database: join(folder, 'reference.db'),
    onTrace: (piece) => accepted.add(piece),
  })
  say(`reference run done after ${since(begin)} s`)
  const channels = checkChannels(archive.channels, { truth, records, accepted, account: live.account, folder })
  say(`channels checked after ${since(begin)} s`)
  accepted.close()
  records.close()
  const replay = new Program(['replay', join(folder, 'accepted'), '--config', config, '--db', join(folder, 'replay.db')])
  const replayCode = await replay.exitCode()
  say(`replay done after ${since(begin)} s`)

  const taken = new Map(accounts.map((each) => [each.sourceId as string, `${each.samples} ${each.checksum}`]))
  const inLive = new Map(live.account.channels.map((each) => [each.channel, `${each.samples} ${each.checksum}`]))
  // `replay` takes records in the order of their times: a clock that was a day off has no place in it.
  const dayOff = new Set(truth.deliveries.filter(isDayOff).map(({ sourceId }) => instrumentIdOf(sourceId as SourceId)))
  const sent = truth.deliveries.filter(({ fate }) => fate !== 'withheld')
  return {
    facts: [
      `${truth.deliveries.length} records in the truth file: ${fates(truth)}`,
      `faults of the server: ${truth.cuts} cuts, ${truth.restarts} restarts; kill -9: server ${live.kills.server}, monitor ${live.kills.monitor}; reconnects of the last monitor: ${live.health.servers[0]?.reconnects}`,
      `${sent.length} packets in ${live.seconds.toFixed(1)} s: ${Math.round(sent.length / live.seconds)} a second, pauses for reconnecting and restarts included`,
      `memory at most: server ${live.peakMegabytes.server} MB, monitor ${live.peakMegabytes.monitor} MB`,
      `samples: ${archive.samples} in the archive, ${accounts.reduce((sum, { samples }) => sum + samples, 0)} accepted`,
      `records sent whole and not taken, or not in full: ${counted(channels.untaken)}`,
      `instruments whose clock was a day off, so that \`replay\` cannot be compared: ${dayOff.size} of ${archive.instruments.length}`,
      `gaps by cause: ${counted(live.account.causes)}`,
    ],
    findings: [
      finding('the server said the same of each record after each of its starts', truth.contradictions),
      finding('every record of the archive is in the truth file', missingRecords(truth, archive.records)),
      finding('every accepted sample was sent; every sample sent in time was accepted; every gap has its cause', channels.faults),
      compared(
        'channels with the samples that one run over what was delivered accepts, number and values',
        compare('channels', inLive, taken),
      ),
      ...compareStores(join(folder, 'live.db'), join(folder, 'reference.db')).map((each) =>
        compared(`${each.what} as of one run over what was delivered`, each),
      ),
      finding('replay over what was accepted', replayCode === 0 ? [] : [`exit code ${replayCode}`, replay.stderr]),
      ...compareStores(join(folder, 'live.db'), join(folder, 'replay.db'), dayOff).map((each) =>
        compared(`${each.what} as of \`replay\` over what was accepted`, each),
      ),
    ],
  }
}

interface DrillArchive {
  readonly folder: string
  readonly records: number
  readonly samples: number
  readonly bytes: number
  readonly channels: readonly SourceId[]
  readonly instruments: readonly string[]
}

async function makeArchive(options: DrillOptions): Promise<DrillArchive> {
  const { folder, stations, minutes, seed, sampleRates, eventsPerHour } = options
  mkdirSync(folder, { recursive: true })
  const scenario = buildScenario({ stations, minutes, seed, sampleRates, eventsPerHour })
  const { records, samples, bytes } = writeArchive(scenario, join(folder, 'archive'))
  const sds = join(folder, 'archive', 'sds')
  const opened = await openArchive([sds], { onProblem() {} })
  opened.close()
  const channels = opened.streams.map(({ sourceId }) => sourceId)
  return { folder: sds, records, samples, bytes, channels, instruments: [...new Set(channels.map(instrumentIdOf))] }
}

interface ChannelSources {
  readonly truth: Truth
  readonly records: DeliveredRecords
  readonly accepted: AcceptedSamples
  readonly account: GapsAnswer
  readonly folder: string
}

function checkChannels(
  channels: readonly SourceId[],
  sources: ChannelSources,
): { faults: string[]; untaken: Record<string, number> } {
  const { truth, records, accepted, account, folder } = sources
  const deliveries = grouped(truth.deliveries, ({ sourceId }) => sourceId)
  const gaps = grouped(account.gaps, ({ channel }) => channel)
  const faults: string[] = []
  const untaken: Record<string, number> = {}
  for (const sourceId of channels) {
    const samples = accepted.samplesOf(sourceId)
    const pieces = accepted.piecesOf(sourceId)
    const verdict = checkChannel({
      sourceId,
      deliveries: (deliveries.get(sourceId) ?? []).flatMap((each) => decoded(each, records) ?? []),
      pieces,
      samples,
      gaps: (gaps.get(sourceId) ?? []).map(gapOf),
      horizonSeconds: 10,
    })
    faults.push(...verdict.faults)
    for (const [reason, count] of Object.entries(verdict.untaken)) untaken[reason] = (untaken[reason] ?? 0) + count
    writeAccepted(join(folder, 'accepted'), sourceId, pieces, verdict.origins, samples)
  }
  return { faults, untaken }
}

function decoded(delivery: Delivery, records: DeliveredRecords): DecodedDelivery | undefined {
  const { sequence, fate, isSecondCopy, clockShift, startTime, endTime } = delivery
  if (fate === 'withheld') return undefined
  const known = { sequence, fate, isSecondCopy, clockShift, trueStart: startTime, trueEnd: endTime }
  try {
    const { header, samples } = decodeRecord(records.bytesOf(delivery))
    return { ...known, startTime: header.startTime, sampleRate: header.sampleRate, samples: Int32Array.from(samples) }
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    return { ...known, startTime, sampleRate: 1, samples: undefined }
  }
}

function gapOf({ channel, from, to, cause }: GapsAnswer['gaps'][number]): TraceGap {
  const [startTime, endTime] = [parseIsoMicros(from) ?? 0, parseIsoMicros(to) ?? 0]
  return { sourceId: channel as SourceId, startTime, endTime, cause: cause as TraceGapCause }
}

function missingRecords({ deliveries }: Truth, records: number): string[] {
  const first = deliveries.filter(({ isSecondCopy }) => !isSecondCopy).length
  return first === records ? [] : [`${first} of ${records}`]
}

function compared(title: string, { counts, differences, examples }: ReturnType<typeof compare>): Finding {
  const details = differences === 0 ? [] : [`${counts[0]} live, ${counts[1]} there, ${differences} differ`, ...examples]
  return finding(`${counts[0]} ${title}`, details)
}

function finding(title: string, details: readonly string[]): Finding {
  const more = details.length > MOST_DETAILS ? [`… and ${details.length - MOST_DETAILS} more`] : []
  return { title, isPassed: details.length === 0, details: [...details.slice(0, MOST_DETAILS), ...more] }
}

function fates({ deliveries }: Truth): string {
  const counts: Record<string, number> = {}
  for (const { fate, isSecondCopy, clockShift } of deliveries) {
    counts[fate] = (counts[fate] ?? 0) + 1
    if (isSecondCopy) counts['second copies'] = (counts['second copies'] ?? 0) + 1
    if (clockShift !== 0n) counts['with a wrong clock'] = (counts['with a wrong clock'] ?? 0) + 1
  }
  return counted(counts)
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

function since(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(0)
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
