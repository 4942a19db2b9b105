import type { Nanos } from '../domain/time.ts'
import type { Command } from './server-command.ts'
import { glob, type Pattern } from './server-glob.ts'
import { type Handshake, type HandshakeStep, type KnowsStation, MAX_SUBSCRIPTIONS, OK } from './server-handshake.ts'
import { type ErrorReply, error } from './server-reply.ts'
import { parseV3Selector, type Selector } from './server-selector.ts'
import type { StartPoint, Subscription } from './server-subscription.ts'
import { parseV3Time } from './server-time.ts'

const STATION_ARGUMENT = /^[A-Za-z0-9*?-]+$/
const V3_SEQUENCE = /^(?:0x)?([0-9a-f]{1,6})$/i
const ANY_STATION = /^/

/** SeisComP's limit of selectors for one station. */
const MAX_SELECTORS = 100

/**
 * The v3 dialect. Uni-station mode has no STATION: SELECT applies to all stations and DATA starts at once, unanswered.
 * Multi-station mode answers everything up to END, which starts what was asked for.
 *
 * An unknown station is an ERROR, and so is everything that belongs to it, up to the next good one (as SeisComP does; ringserver's
 * OK leaves its clients waiting for ever).
 */
export class HandshakeV3 implements Handshake {
  readonly #knowsStation: KnowsStation
  readonly #subscriptions: Subscription[] = []
  #mode: 'uni' | 'multi' = 'uni'
  /** Undefined in multi-station mode while the last STATION was refused. */
  #stations: Pattern | undefined = ANY_STATION
  #selectors: Selector[] = []

  constructor(knowsStation: KnowsStation) {
    this.#knowsStation = knowsStation
  }

  step({ verb, args }: Command): HandshakeStep | undefined {
    switch (verb) {
      case 'STATION':
        return this.#station(args)
      case 'SELECT':
        return this.#select(args)
      case 'DATA':
      case 'FETCH':
        return this.#subscribe(parseSequenceArguments(args), verb === 'FETCH')
      case 'TIME':
        return this.#subscribe(parseTimeArguments(args), false)
      case 'END':
        return this.#end()
      default:
        return undefined
    }
  }

  #station(args: readonly string[]): HandshakeStep {
    const [station, network = '*'] = args
    this.#mode = 'multi'
    this.#stations = undefined
    this.#selectors = []
    if (station === undefined || args.length > 2 || !args.every((arg) => STATION_ARGUMENT.test(arg))) {
      return error('ARGUMENTS', 'STATION takes a station and a network code')
    }
    const pattern = glob(`${network}_${station}`)
    if (!this.#knowsStation(pattern)) return error('ARGUMENTS', `unknown station ${network}_${station}`)
    this.#stations = pattern
    return OK
  }

  #select(args: readonly string[]): HandshakeStep {
    if (!this.#stations) return NO_STATION
    if (args.length > 1) return error('ARGUMENTS', 'SELECT takes one selector')
    if (args[0] === undefined) {
      this.#selectors = []
      return OK
    }
    const selector = parseV3Selector(args[0])
    if (!selector) return error('ARGUMENTS', `invalid selector ${args[0]}`)
    if (this.#selectors.length >= MAX_SELECTORS) return error('LIMIT', `more than ${MAX_SELECTORS} selectors for one station`)
    this.#selectors.push(selector)
    return OK
  }

  #subscribe(range: Range | ErrorReply, isDialUp: boolean): HandshakeStep {
    if ('kind' in range) return range
    if (!this.#stations) return NO_STATION
    const subscription = { stations: this.#stations, selectors: [...this.#selectors], isDialUp, ...range }
    if (this.#mode === 'uni') return { kind: 'stream', request: { protocol: 3, subscriptions: [subscription] } }
    if (this.#subscriptions.length >= MAX_SUBSCRIPTIONS) return error('LIMIT', `more than ${MAX_SUBSCRIPTIONS} stations`)
    this.#subscriptions.push(subscription)
    return OK
  }

  #end(): HandshakeStep {
    if (this.#subscriptions.length === 0) return error('UNEXPECTED', 'END without an accepted STATION and DATA')
    return { kind: 'stream', request: { protocol: 3, subscriptions: this.#subscriptions } }
  }
}

interface Range {
  readonly start: StartPoint
  readonly begin?: Nanos
  readonly end?: Nanos
}

const NO_STATION = error('UNEXPECTED', 'no station is selected')

/** `DATA [sequence [time]]`: our numbers survive a restart, so the time that clients add for safety is checked and not needed. */
function parseSequenceArguments(args: readonly string[]): Range | ErrorReply {
  const [text, time] = args
  if (args.length > 2 || (time !== undefined && parseV3Time(time) === undefined)) {
    return error('ARGUMENTS', 'expected a sequence number and a time')
  }
  if (text === undefined) return { start: { kind: 'next' } }
  if (text.toUpperCase() === 'ALL') return { start: { kind: 'first' } }
  const digits = V3_SEQUENCE.exec(text)?.[1]
  if (digits === undefined) return error('ARGUMENTS', `invalid sequence number ${text}`)
  return { start: { kind: 'sequence', sequence: Number.parseInt(digits, 16), isModular: true } }
}

function parseTimeArguments(args: readonly string[]): Range | ErrorReply {
  const [begin, end] = args.map(parseV3Time)
  if (begin === undefined || args.length > 2) return error('ARGUMENTS', 'TIME takes a begin and an end time')
  if (args.length === 1) return { start: { kind: 'time', time: begin }, begin }
  if (end === undefined || end < begin) return error('ARGUMENTS', 'invalid end time')
  return { start: { kind: 'time', time: begin }, begin, end }
}
