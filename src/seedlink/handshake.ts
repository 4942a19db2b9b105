/**
 * The client's side of the handshake, written as the conversation it is: each generator yields the commands to send and is
 * resumed with their replies. No socket, no timer.
 */
import { SeedlinkProtocolError } from '../domain/errors.ts'
import {
  dataCommand,
  type PacketFilter,
  type RequestMode,
  restOfSpanCommand,
  selectCommands,
  stationCommand,
  type TimeSpan,
  timeCommand,
} from './commands.ts'
import { type Greeting, parseGreeting, type ServerRules } from './hello.ts'
import type { ResumePositions } from './resume-positions.ts'
import { hasWildcard, type StationSelection } from './selection.ts'

/** For `AUTH` of SeedLink 4.0. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }

export interface Reply {
  readonly isError: boolean
  readonly text: string
}

/** Commands to send in one go, and how many reply lines they will have. */
export interface Turn {
  readonly commands: readonly string[]
  readonly replies: number
}

export type Conversation<Result> = Generator<Turn, Result, readonly Reply[]>

export interface NegotiationOptions {
  /** Shown in the server's log, `name/version`. */
  readonly userAgent: string
  readonly credentials?: Credentials
  /** 3: do not try v4. */
  readonly highestProtocol: 3 | 4
}

export interface Negotiated extends ServerRules {
  readonly greeting: Greeting
  /** The server's text when it refused the credentials, or says nothing about them. */
  readonly authenticationError?: string
}

/** HELLO, then v4 where it is offered: SLPROTO, USERAGENT, AUTH. A server that refuses SLPROTO is spoken to in v3. */
export function* negotiate({ userAgent, credentials, highestProtocol }: NegotiationOptions): Conversation<Negotiated> {
  const [first, second] = yield { commands: ['HELLO'], replies: 2 }
  const greeting = parseGreeting(first?.text ?? '', second?.text ?? '')
  if (!greeting) {
    throw new SeedlinkProtocolError(
      `SeedLink greeting: expected "SeedLink v…", got ${JSON.stringify(first?.text)}; is this a SeedLink port?`,
      {
        expected: 'SeedLink v…',
        got: first?.text,
      },
    )
  }
  const { serverKind } = greeting
  if (highestProtocol === 4 && greeting.hasV4 && !(yield* ask('SLPROTO 4.0')).isError) {
    yield* ask(`USERAGENT ${userAgent}`)
    const reply = credentials && (yield* ask(authCommand(credentials)))
    return {
      greeting,
      serverKind,
      protocol: 4,
      ...(credentials && reply?.isError && { authenticationError: withoutSecrets(reply.text, credentials) }),
    }
  }
  // Extended replies say why a command was refused; SeisComP answers ERROR to the question, which is no harm.
  if (greeting.capabilities.includes('CAP')) yield* ask('CAPABILITIES EXTREPLY')
  return {
    greeting,
    serverKind,
    protocol: 3,
    ...(credentials && { authenticationError: 'the server speaks v3 only, which has no AUTH' }),
  }
}

/**
 * How to ask a v3 server for stations.
 *
 * - `stepwise`: one command, one reply. Works everywhere, and every refusal has a name.
 * - `batch`: all in one go after `BATCH`; refusals are invisible, so that a station counts as accepted only when it sends.
 * - `auto`: `batch` for many stations on a ringserver, which refuses no station anyway; `stepwise` otherwise.
 * - `uni-station`: no STATION at all, for servers of a single station. SeisComP's first station is a dummy by default: it says OK to
 *   everything and never sends. ringserver sends all its stations, and the client drops what was not asked for.
 */
export type HandshakeV3 = 'auto' | 'stepwise' | 'batch' | 'uni-station'

/** From so many stations on the round trips of `stepwise` take longer than refusals are worth. */
const STATIONS_WORTH_A_BATCH = 100

export interface StationRequests {
  readonly selections: readonly StationSelection[]
  readonly positions: ResumePositions
  /** A past time span for every station instead of the live stream. */
  readonly span?: TimeSpan
  /** Default `stream`. */
  readonly mode?: RequestMode
  /** v4 only. Default `native`. */
  readonly filter?: PacketFilter
  /** Default `auto`. */
  readonly handshakeV3?: HandshakeV3
}

export type StationOutcome =
  | { readonly kind: 'accepted'; readonly station: string }
  /** Asked for in a way that has no answer; only data will tell. */
  | { readonly kind: 'requested'; readonly station: string }
  | { readonly kind: 'rejected'; readonly station: string; readonly text: string }
  /** The station is fine, the number to go on from is not; it starts live. */
  | { readonly kind: 'resume-refused'; readonly station: string; readonly text: string }

/** What was asked for, and the command that starts the stream. */
export interface Requested {
  readonly outcomes: readonly StationOutcome[]
  readonly start: string
}

/** By the protocol that was negotiated, and for v3 in the way that was chosen. */
export function* requestStations(requests: StationRequests, rules: ServerRules): Conversation<Requested> {
  const { selections, mode, handshakeV3 = 'auto' } = requests
  if (rules.protocol === 4) {
    return { outcomes: yield* requestStationsV4(requests, rules), start: mode === 'fetch' ? 'ENDFETCH' : 'END' }
  }
  if (handshakeV3 === 'uni-station') return yield* requestOnlyStation(requests, rules)
  const isWorthIt = rules.serverKind === 'ringserver' && selections.length >= STATIONS_WORTH_A_BATCH
  const isBatch = handshakeV3 === 'batch' || (handshakeV3 === 'auto' && isWorthIt)
  if (isBatch && !(yield* ask('BATCH')).isError) return { outcomes: yield* requestStationsUnheard(requests, rules), start: 'END' }
  return { outcomes: yield* requestStationsV3(requests, rules), start: 'END' }
}

/** v3 after `BATCH`: no replies, so everything goes out at once. */
function* requestStationsUnheard(requests: StationRequests, rules: ServerRules): Conversation<StationOutcome[]> {
  const commands = requests.selections.flatMap((selection) => [
    stationCommand(selection.station, 3),
    ...selectCommands(selection, rules),
    streamCommand(selection.station, requests, rules),
  ])
  yield { commands, replies: 0 }
  return requests.selections.map(({ station }) => ({ kind: 'requested', station }))
}

/** v3 uni-station: SELECT has replies, the DATA that starts the stream has none. */
function* requestOnlyStation(requests: StationRequests, rules: ServerRules): Conversation<Requested> {
  const [selection] = requests.selections
  if (selection === undefined) return { outcomes: [], start: 'DATA' }
  const { station } = selection
  for (const command of selectCommands(selection, rules)) {
    const reply = yield* ask(command)
    if (reply.isError) return { outcomes: [rejected(station, `${command}: ${reply.text}`)], start: '' }
  }
  return { outcomes: [{ kind: 'requested', station }], start: streamCommand(station, requests, rules) }
}

/** v3: one command at a time. SeisComP has one slot for a pending reply and never streams to a client that runs ahead. */
export function* requestStationsV3(requests: StationRequests, rules: ServerRules): Conversation<StationOutcome[]> {
  const outcomes: StationOutcome[] = []
  for (const selection of requests.selections) outcomes.push(...(yield* requestStationV3(selection, requests, rules)))
  return outcomes
}

function* requestStationV3(
  selection: StationSelection,
  requests: StationRequests,
  rules: ServerRules,
): Conversation<StationOutcome[]> {
  const { span, mode } = requests
  const { station } = selection
  const reply = yield* ask(stationCommand(station, 3))
  if (reply.isError) return [rejected(station, reply.text)]

  let refusal: Reply | undefined
  let isSelected = false
  const selectors = selectCommands(selection, rules)
  for (const command of selectors) {
    const answer = yield* ask(command)
    if (answer.isError) refusal = { isError: true, text: `${command}: ${answer.text}` }
    else isSelected = true
  }
  if (refusal && !isSelected) return [rejected(station, refusal.text)]

  const request = streamCommand(station, requests, rules)
  const answer = yield* ask(request)
  if (!answer.isError) return [{ kind: 'accepted', station }]
  const withoutNumber = dataCommand(undefined, rules, mode)
  if (request === withoutNumber || span) return [rejected(station, `${request}: ${answer.text}`)]
  const live = yield* ask(withoutNumber)
  if (live.isError) return [rejected(station, `${request}: ${answer.text}`)]
  return [
    { kind: 'resume-refused', station, text: `${request}: ${answer.text}` },
    { kind: 'accepted', station },
  ]
}

/**
 * v4: all stations in one go, so that a thousand stations cost one round trip. What follows a refused STATION then went to the
 * station before it: when anything was refused, the session fails with `start-again`.
 */
export function* requestStationsV4(requests: StationRequests, rules: ServerRules): Conversation<StationOutcome[]> {
  const blocks = expandWildcards(requests, rules).map(({ selection, name }) => {
    const request = streamCommand(selection.station, requests, rules)
    const selectors = selectCommands(selection, rules, requests.filter)
    return { name, commands: [stationCommand(selection.station, 4), ...selectors, request] }
  })
  const commands = blocks.flatMap((block) => block.commands)
  const replies = yield { commands, replies: commands.length }
  const outcomes = new Map<string, StationOutcome>()
  let at = 0
  for (const { name, commands } of blocks) {
    const own = replies.slice(at, at + commands.length)
    at += commands.length
    const failed = own.findIndex((reply) => reply.isError)
    if (failed < 0) {
      if (!outcomes.has(name)) outcomes.set(name, { kind: 'accepted', station: name })
      continue
    }
    const text = `${commands[failed]}: ${own[failed]?.text}`
    const isResume = failed === commands.length - 1 && commands[failed] !== 'DATA' && !requests.span
    outcomes.set(name, isResume ? { kind: 'resume-refused', station: name, text } : rejected(name, text))
  }
  return [...outcomes.values()]
}

/** From the number after the last packet; from when we began for a station that has not sent yet; live when nothing has come at all. */
function streamCommand(station: string, { positions, span, mode }: StationRequests, rules: ServerRules): string {
  const point = positions.of(station, rules)
  if (span) {
    return point?.kind === 'number' ? restOfSpanCommand(span, point.position, rules, mode) : timeCommand(span, rules.protocol)
  }
  if (point?.kind === 'number') return dataCommand(point.position, rules, mode)
  if (point?.kind === 'time') return timeCommand({ start: point.time }, rules.protocol)
  const start = positions.earliestTime
  const hasMissedNothing = start === undefined || hasWildcard(station) || mode === 'fetch'
  return hasMissedNothing ? dataCommand(undefined, rules, mode) : timeCommand({ start }, rules.protocol)
}

/**
 * A pattern has one DATA, but each station under it its own number: stations already heard of are asked for by name first,
 * the pattern then finds the others. (ringserver has one number for all and needs none of it.)
 */
function expandWildcards(
  { selections, positions, span }: StationRequests,
  { serverKind }: ServerRules,
): { name: string; selection: StationSelection }[] {
  const named = new Set(selections.map((selection) => selection.station))
  return selections.flatMap((selection) => {
    const isSplit = serverKind !== 'ringserver' && !span && hasWildcard(selection.station)
    const known = isSplit ? positions.matching(selection.station).filter((station) => !named.has(station)) : []
    const stations = [...known, selection.station]
    return stations.map((station) => ({ name: selection.station, selection: { ...selection, station } }))
  })
}

function* ask(command: string): Conversation<Reply> {
  const [reply] = yield { commands: [command], replies: 1 }
  return reply ?? { isError: true, text: '' }
}

function rejected(station: string, text: string): StationOutcome {
  return { kind: 'rejected', station, text }
}

/** A server may quote the command it refuses. */
function withoutSecrets(text: string, credentials: Credentials): string {
  const secret = credentials.kind === 'token' ? credentials.token : credentials.password
  return text.replaceAll(secret, '…')
}

function authCommand(credentials: Credentials): string {
  if (credentials.kind === 'token') return `AUTH JWT ${credentials.token}`
  return `AUTH USERPASS ${credentials.user} ${credentials.password}`
}
