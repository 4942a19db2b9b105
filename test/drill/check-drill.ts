import { join } from 'node:path'
import { MonitorError } from '../../src/domain/errors.ts'
import { instrumentIdOf, type SourceId } from '../../src/domain/source-id.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { decodeRecord } from '../../src/miniseed/index.ts'
import { writeAccepted } from './accepted-archive.ts'
import { AcceptedSamples } from './accepted-samples.ts'
import { checkChannel, type DecodedDelivery, isDayOff } from './check-channel.ts'
import { compare, compareStores } from './compare-stores.ts'
import { DeliveredRecords } from './delivered-records.ts'
import { Program } from './program.ts'
import { referenceRun } from './reference-run.ts'
import { type StoredAccount, storedAccount } from './stored-account.ts'
import { type Delivery, readTruth, type Truth } from './truth-file.ts'

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
 * Checks by slow and obvious means that nothing was lost that was sent, that every hole has its true cause, and that the monitor found
 * what it would have found without faults of the connection and without kills.
 *
 * @param folder of a drill that has ended: archive, truth file, configuration and store of the monitor
 */
export async function checkDrill(folder: string, say: (line: string) => void): Promise<DrillReport> {
  const config = join(folder, 'stations.yaml')
  const [live, reference, replayed] = ['live.db', 'reference.db', 'replay.db'].map((file) => join(folder, file)) as [
    string,
    string,
    string,
  ]
  const account = storedAccount(live)
  const truth = await readTruth(join(folder, 'truth.jsonl'))
  const records = await DeliveredRecords.of(join(folder, 'archive', 'sds'))
  const accepted = new AcceptedSamples(join(folder, 'accepted-samples'))
  const onTrace = accepted.add.bind(accepted)
  say('the same without faults of the connection and without kills')
  const accounts = await referenceRun({
    config: loadConfig(config),
    deliveries: truth.deliveries,
    records,
    database: reference,
    onTrace,
  })
  say('every record of every channel')
  const channels = checkChannels({ truth, records, accepted, account, folder })
  accepted.close()
  records.close()
  say('replay over what was accepted')
  const replay = new Program(['replay', join(folder, 'accepted'), '--config', config, '--db', replayed])
  const replayCode = await replay.exitCode()

  const taken = new Map(accounts.map((each) => [each.sourceId as string, `${each.samples} ${each.checksum}`]))
  // `replay` takes records in the order of their times: a clock that was a day off has no place in it.
  const dayOff = new Set(truth.deliveries.filter(isDayOff).map(({ sourceId }) => instrumentIdOf(sourceId as SourceId)))
  const samples = accounts.reduce((sum, each) => sum + each.samples, 0)
  return {
    facts: [
      `${truth.deliveries.length} records in the truth file: ${fates(truth)}`,
      `the server was started ${truth.starts} times, made ${truth.cuts} cuts and ${truth.restarts} restarts`,
      `samples: ${records.sampleCount} in the archive, ${samples} accepted`,
      `records sent whole and not taken, or not in full: ${counted(channels.untaken)}`,
      `instruments whose clock was a day off, so that \`replay\` cannot be compared: ${dayOff.size}`,
      `gaps by cause: ${counted(account.causes)}`,
    ],
    findings: [
      finding('the server said the same of each record after each of its starts', truth.contradictions),
      finding('every record of the archive is in the truth file', missingRecords(truth, records.recordCount)),
      finding('every accepted sample was sent; every sample sent in time was accepted; every gap has its cause', channels.faults),
      compared(
        'channels accepted the same as in one run over what was delivered, number and values',
        compare('channels', account.channels, taken),
      ),
      ...compareStores(live, reference).map((each) => compared(`${each.what} as of one run over what was delivered`, each)),
      finding('replay over what was accepted', replayCode === 0 ? [] : [`exit code ${replayCode}`, replay.stderr]),
      ...compareStores(live, replayed, dayOff).map((each) =>
        compared(`${each.what} as of \`replay\` over what was accepted`, each),
      ),
    ],
  }
}

interface ChannelSources {
  readonly truth: Truth
  readonly records: DeliveredRecords
  readonly accepted: AcceptedSamples
  readonly account: StoredAccount
  readonly folder: string
}

function checkChannels(sources: ChannelSources): { faults: string[]; untaken: Record<string, number> } {
  const { truth, records, accepted, account, folder } = sources
  const deliveries = grouped(truth.deliveries, ({ sourceId }) => sourceId)
  const strays = straysOf(truth, records)
  const gaps = grouped(account.gaps, ({ sourceId }) => sourceId)
  const faults: string[] = []
  const untaken: Record<string, number> = {}
  for (const sourceId of [...deliveries.keys()].sort() as SourceId[]) {
    const samples = accepted.samplesOf(sourceId)
    const pieces = accepted.piecesOf(sourceId)
    const verdict = checkChannel({
      sourceId,
      deliveries: merged(deliveries.get(sourceId) ?? [], strays.get(sourceId) ?? []).flatMap(
        (each) => decoded(each, sourceId, records) ?? [],
      ),
      pieces,
      samples,
      gaps: gaps.get(sourceId) ?? [],
      horizonSeconds: 10,
    })
    faults.push(...verdict.faults)
    for (const [reason, count] of Object.entries(verdict.untaken)) untaken[reason] = (untaken[reason] ?? 0) + count
    writeAccepted(join(folder, 'accepted'), sourceId, pieces, verdict.origins, samples)
  }
  return { faults, untaken }
}

/** @param sourceId channel that is looked at: a damaged header may name another one */
function decoded(delivery: Delivery, sourceId: SourceId, records: DeliveredRecords): DecodedDelivery | undefined {
  const { sequence, fate, isSecondCopy, clockShift, startTime, endTime } = delivery
  if (fate === 'withheld') return undefined
  const known = { sequence, fate, isSecondCopy, clockShift, trueStart: startTime, trueEnd: endTime }
  const record = recordOf(delivery, records)
  if (record?.header.sourceId !== sourceId) return { ...known, startTime, sampleRate: 1, samples: undefined }
  const { header, samples } = record
  return { ...known, startTime: header.startTime, sampleRate: header.sampleRate, samples: Int32Array.from(samples) }
}

/** Damaged records by the channel that they name, where that is not their own. */
function straysOf({ deliveries }: Truth, records: DeliveredRecords): Map<string, Delivery[]> {
  const corrupt = deliveries.filter(({ fate }) => fate === 'corrupt')
  const named = corrupt.flatMap((delivery) => {
    const name = recordOf(delivery, records)?.header.sourceId
    return name === undefined || name === delivery.sourceId ? [] : [{ delivery, name }]
  })
  return new Map([...grouped(named, ({ name }) => name)].map(([name, all]) => [name, all.map(({ delivery }) => delivery)]))
}

/** Both in the order of delivery. */
function merged(own: readonly Delivery[], strays: readonly Delivery[]): readonly Delivery[] {
  return strays.length === 0 ? own : [...own, ...strays].sort((a, b) => a.sequence - b.sequence)
}

function recordOf(delivery: Delivery, records: DeliveredRecords): ReturnType<typeof decodeRecord> | undefined {
  try {
    return decodeRecord(records.bytesOf(delivery))
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    return undefined
  }
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
