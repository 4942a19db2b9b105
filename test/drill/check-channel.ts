import { type Nanos, nanosToMicros, sampleOffsetNanos } from '../../src/domain/time.ts'
import type { TraceGap } from '../../src/domain/trace-gap.ts'
import type { AcceptedPiece } from './accepted-samples.ts'

/** A record as it left the server, decoded; without samples when that is not possible. */
export interface DecodedDelivery {
  readonly sequence: number
  readonly fate: 'sent' | 'corrupt'
  readonly isSecondCopy: boolean
  /** Its clock was wrong by this. */
  readonly clockShift: Nanos
  /** As its bytes say. */
  readonly startTime: Nanos
  readonly sampleRate: number
  readonly samples: Int32Array | undefined
  /** As sent by the truth file, whatever the damaged bytes say. */
  readonly trueStart: Nanos
  readonly trueEnd: Nanos
}

export interface ChannelCase {
  readonly sourceId: string
  /** In the order in which they went out. */
  readonly deliveries: readonly DecodedDelivery[]
  readonly pieces: readonly AcceptedPiece[]
  readonly samples: Int32Array
  /** As the monitor stored them, by time. */
  readonly gaps: readonly TraceGap[]
  readonly horizonSeconds: number
}

/** The record that an accepted piece is the end of. */
export interface PieceOrigin {
  readonly delivery: DecodedDelivery
  /** Samples at its beginning that were not taken. */
  readonly trimmed: number
}

export interface ChannelVerdict {
  /** One for each piece; undefined: nobody sent it. */
  readonly origins: readonly (PieceOrigin | undefined)[]
  readonly faults: readonly string[]
  /** Records sent whole and not taken, or not all of them, by reason. */
  readonly untaken: Readonly<Record<string, number>>
}

/** In samples: what the merger calls contiguous, and rounding. */
const TOLERANCE = 0.76
const ONE_DAY: Nanos = 86_400_000_000_000n
/** A clock that is nearly a day off counts as such: latest data and record need not be at the same moment. */
const NEARLY_A_DAY: Nanos = ONE_DAY - 3_600_000_000_000n
const MINUTE: Nanos = 60_000_000_000n

/**
 * Slow and obvious: every accepted sample was sent at that time with that value; every sample that was sent whole was accepted, or
 * there is a reason; every hole is a stored gap, and its cause is what happened there.
 */
export function checkChannel(channel: ChannelCase): ChannelVerdict {
  const faults: string[] = []
  const origins = channel.pieces.map((piece) => originOf(piece, channel))
  for (const [index, origin] of origins.entries()) {
    if (origin) continue
    faults.push(`accepted ${channel.pieces[index]?.count} samples at ${channel.pieces[index]?.startTime} that nobody sent`)
  }
  const untaken = explainUntaken(channel, origins, faults)
  checkGaps(channel, origins, faults)
  return { origins, faults: faults.map((fault) => `${channel.sourceId}: ${fault}`), untaken }
}

function originOf(piece: AcceptedPiece, channel: ChannelCase): PieceOrigin | undefined {
  const values = channel.samples.subarray(piece.first, piece.first + piece.count)
  for (const delivery of nearby(channel, piece.startTime)) {
    const { samples, startTime, sampleRate } = delivery
    if (samples === undefined) continue
    // A piece is always the end of a record.
    const trimmed = samples.length - piece.count
    if (trimmed < 0) continue
    const distance = (Number(piece.startTime - startTime) * sampleRate) / 1e9 - trimmed
    if (Math.abs(distance) <= TOLERANCE && isEqual(samples.subarray(trimmed), values)) return { delivery, trimmed }
  }
  return undefined
}

/** First copies first. */
function nearby(channel: ChannelCase, time: Nanos): readonly DecodedDelivery[] {
  const minute = Number(time / MINUTE)
  const byMinute = minutesOf(channel)
  return [...(byMinute.get(minute - 1) ?? []), ...(byMinute.get(minute) ?? []), ...(byMinute.get(minute + 1) ?? [])]
}

const minutes = new WeakMap<ChannelCase, Map<number, DecodedDelivery[]>>()

function minutesOf(channel: ChannelCase): Map<number, DecodedDelivery[]> {
  const known = minutes.get(channel)
  if (known) return known
  const byMinute = new Map<number, DecodedDelivery[]>()
  for (const delivery of channel.deliveries) {
    const minute = Number(delivery.startTime / MINUTE)
    byMinute.set(minute, [...(byMinute.get(minute) ?? []), delivery])
  }
  minutes.set(channel, byMinute)
  return byMinute
}

function explainUntaken(
  channel: ChannelCase,
  origins: readonly (PieceOrigin | undefined)[],
  faults: string[],
): Record<string, number> {
  const trimmedOf = new Map(origins.flatMap((origin) => (origin ? [[origin.delivery, origin.trimmed] as const] : [])))
  const untaken: Record<string, number> = {}
  const beginnings = beginningsOf(channel, origins)
  let newestEnd: Nanos | undefined
  let last: DecodedDelivery | undefined
  for (const delivery of channel.deliveries) {
    const { samples, startTime, sampleRate, fate } = delivery
    if (samples === undefined) continue
    const missing = trimmedOf.get(delivery) ?? samples.length
    if (fate === 'sent' && missing > 0) {
      const reason = reasonFor(delivery, missing, channel, beginnings, newestEnd, last)
      untaken[reason ?? 'unexplained'] = (untaken[reason ?? 'unexplained'] ?? 0) + 1
      if (reason === undefined)
        faults.push(`record ${delivery.sequence} at ${startTime}: ${missing} samples lost without a reason`)
    }
    const end = startTime + sampleOffsetNanos(samples.length, sampleRate)
    if (!isDayOff(delivery) && (newestEnd === undefined || end > newestEnd)) newestEnd = end
    if (trimmedOf.has(delivery)) last = delivery
  }
  return untaken
}

/** Why the first `missing` samples of a record were not taken. */
function reasonFor(
  delivery: DecodedDelivery,
  missing: number,
  channel: ChannelCase,
  beginnings: readonly Nanos[],
  newestEnd: Nanos | undefined,
  last: DecodedDelivery | undefined,
): string | undefined {
  const { startTime, sampleRate } = delivery
  if (isCovered(channel, startTime, missing, sampleRate)) return delivery.isSecondCopy ? 'second copy' : 'time covered'
  if (isDayOff(delivery) || (last !== undefined && isDayOff(last))) return 'a day off'
  const [first] = channel.pieces
  if (first && startTime < first.startTime) return 'before the first'
  const horizon = BigInt(channel.horizonSeconds) * 1_000_000_000n
  if (newestEnd !== undefined && newestEnd - startTime >= horizon) return 'too late'
  // The merger passes on the first record of a new time at once, as it does with a channel's first.
  return beginnings.some((each) => each > startTime && each - startTime < horizon) ? 'before a clock was right again' : undefined
}

/** Where data went on after a clock had been a day off. */
function beginningsOf({ pieces }: ChannelCase, origins: readonly (PieceOrigin | undefined)[]): Nanos[] {
  return pieces.flatMap(({ isAfterGap, startTime }, index) => {
    const before = origins[index - 1]?.delivery
    return isAfterGap && before !== undefined && isDayOff(before) ? [startTime] : []
  })
}

/** Whether something was accepted at each of these times. */
function isCovered(channel: ChannelCase, startTime: Nanos, count: number, sampleRate: number): boolean {
  const spans = spansOf(channel)
  const slack = BigInt(Math.round((TOLERANCE * 1e9) / sampleRate))
  let from = startTime
  const to = startTime + sampleOffsetNanos(count, sampleRate)
  for (const { start, end } of spans) if (start - slack <= from && end + slack > from) from = end
  return from + slack >= to
}

const spans = new WeakMap<ChannelCase, { readonly start: Nanos; end: Nanos }[]>()

/** Stretches without a hole, by time. */
function spansOf(channel: ChannelCase): readonly { readonly start: Nanos; readonly end: Nanos }[] {
  const known = spans.get(channel)
  if (known) return known
  const found: { readonly start: Nanos; end: Nanos }[] = []
  for (const piece of channel.pieces) {
    const open = found.at(-1)
    if (open && !piece.isAfterGap) open.end = endOf(piece)
    else found.push({ start: piece.startTime, end: endOf(piece) })
  }
  found.sort((a, b) => (a.start < b.start ? -1 : 1))
  spans.set(channel, found)
  return found
}

function checkGaps(channel: ChannelCase, origins: readonly (PieceOrigin | undefined)[], faults: string[]): void {
  const stored = new Map(channel.gaps.map((gap) => [`${gap.startTime} ${gap.endTime}`, gap]))
  const taken = new Set(origins.map((origin) => origin?.delivery))
  for (const [index, piece] of channel.pieces.entries()) {
    const before = channel.pieces[index - 1]
    if (!piece.isAfterGap || before === undefined) continue
    const [start, end] = [endOf(before), piece.startTime]
    const key = `${nanosToMicros(start)} ${nanosToMicros(end)}`
    const gap = stored.get(key)
    stored.delete(key)
    if (gap === undefined) faults.push(`hole ${start} … ${end} is not in the store`)
    else {
      const wrong = whyNot(gap, start, end, channel, taken, origins[index]?.delivery, origins[index - 1]?.delivery)
      if (wrong !== undefined) faults.push(`gap ${start} … ${end} (${gap.cause}): ${wrong}`)
    }
  }
  for (const gap of stored.values()) {
    if (isBeforeFirst(gap, channel, taken)) continue
    faults.push(`stored gap ${gap.startTime} … ${gap.endTime} (${gap.cause}) is no hole`)
  }
}

/** What comes too late to be the channel's beginning is told as a gap of its own. */
function isBeforeFirst({ cause, startTime, endTime }: TraceGap, channel: ChannelCase, taken: ReadonlySet<unknown>): boolean {
  const [first] = channel.pieces
  if (cause !== 'rejected:LATE' || first === undefined || endTime > nanosToMicros(first.startTime)) return false
  return channel.deliveries.some((each) => !taken.has(each) && nanosToMicros(each.startTime) === startTime)
}

/** What speaks against the cause of a gap; undefined: nothing. */
function whyNot(
  { cause }: TraceGap,
  start: Nanos,
  end: Nanos,
  channel: ChannelCase,
  taken: ReadonlySet<DecodedDelivery | undefined>,
  next: DecodedDelivery | undefined,
  previous: DecodedDelivery | undefined,
): string | undefined {
  const { deliveries } = channel
  const inside = deliveries.filter((each) => overlaps(each, start, end))
  // What is told as a hole may have come later, when a clock was set back.
  const whole = inside.filter(
    ({ fate, samples, startTime, sampleRate }) =>
      fate === 'sent' && !isCovered(channel, startTime, samples?.length ?? 0, sampleRate),
  )
  const isClockWrong = [next, previous].some((each) => each !== undefined && each.clockShift !== 0n)
  switch (cause) {
    case 'notReceived':
    // Without fetching, what was not sent while the link was away cannot be told from what was skipped.
    case 'skippedByServer':
      // A clock that jumps years ahead, or comes back from years ago, looks like a station that was silent for years.
      if ([next, previous].some((each) => each !== undefined && isDayOff(each))) return undefined
      return whole.length === 0 ? undefined : `record ${whole[0]?.sequence} was sent`
    case 'rateChange':
      return [next, previous].some((each) => each?.fate === 'corrupt') ? undefined : 'no record was damaged'
    case 'rejected:LATE':
      return inside.some((each) => !taken.has(each)) ? undefined : 'nothing was late'
    case 'rejected:TIME_ABSURD':
      return deliveries.some((each) => isTimeDoubtful(each) && isNear(each, start, end)) ? undefined : 'no time was a day off'
    case 'timeReset':
      return end < start && isClockWrong ? undefined : 'no clock was set back'
    case 'timeTear':
      // An archive has its own jitter, which adds up.
      return isClockWrong || isPartOfSample(start, end, next?.sampleRate) ? undefined : 'no clock was wrong'
    default: {
      if (!cause.startsWith('rejected:')) return 'nothing of the kind was done'
      // A time that cannot be believed counts as that at which data were due.
      return deliveries.some((each) => each.fate === 'corrupt' && isNear(each, start, end))
        ? undefined
        : 'nothing there was damaged'
    }
  }
}

function isPartOfSample(start: Nanos, end: Nanos, sampleRate = 0): boolean {
  const samples = Math.abs((Number(end - start) * sampleRate) / 1e9)
  return samples > 0.25 && samples <= TOLERANCE
}

/** A damaged header may say any time. */
function isTimeDoubtful(delivery: DecodedDelivery): boolean {
  return delivery.fate === 'corrupt' || isDayOff(delivery)
}

/** By the time that was sent, or by that of the ground. */
function isNear({ trueStart, trueEnd, clockShift }: DecodedDelivery, start: Nanos, end: Nanos): boolean {
  return [0n, clockShift].some((shift) => trueStart - shift < end + MINUTE && trueEnd - shift > start - MINUTE)
}

function overlaps({ samples, startTime, sampleRate, trueStart, trueEnd }: DecodedDelivery, start: Nanos, end: Nanos): boolean {
  if (samples === undefined) return trueStart < end && trueEnd >= start
  const slack = BigInt(Math.round((TOLERANCE * 1e9) / sampleRate))
  return startTime + slack < end && startTime + sampleOffsetNanos(samples.length - 1, sampleRate) - slack >= start
}

type Clocked = Pick<DecodedDelivery, 'clockShift'> & Partial<Pick<DecodedDelivery, 'startTime' | 'trueStart'>>

export function isDayOff(delivery: Clocked): boolean {
  const { clockShift, startTime = 0n, trueStart = startTime } = delivery
  // Its clock was, or a damaged header says so.
  return [clockShift, startTime - trueStart].some((shift) => shift >= NEARLY_A_DAY || shift <= -NEARLY_A_DAY)
}

function endOf({ startTime, sampleRate, count }: AcceptedPiece): Nanos {
  return startTime + sampleOffsetNanos(count, sampleRate)
}

function isEqual(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}
