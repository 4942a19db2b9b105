import { type Nanos, parseIsoNanos } from '../domain/time.ts'
import type { Command } from './server-command.ts'
import { glob, type Pattern } from './server-glob.ts'
import { type Handshake, type HandshakeStep, MAX_SUBSCRIPTIONS, OK } from './server-handshake.ts'
import { type ErrorReply, error } from './server-reply.ts'
import { parseV4Selector, type Selector } from './server-selector.ts'
import type { StartPoint, Subscription } from './server-subscription.ts'

const STATION_PATTERN = /^[A-Za-z0-9_*?-]+$/
const V4_SEQUENCE = /^\d{1,20}$/
const MAX_SELECTORS = 1000

/**
 * The v4 dialect: STATION, SELECT and DATA per station, then END (go on for ever) or ENDFETCH (what there is).
 *
 * A station that is not held here is OK, as with ringserver: libslink sends the whole block at once and gives up all of it for one
 * ERROR, so that a single misspelt station would keep the others from streaming. When none of the stations is held, END comes at once.
 */
export class HandshakeV4 implements Handshake {
  readonly #subscriptions: Subscription[] = []
  #stations: Pattern | undefined
  #selectors: Selector[] = []

  step({ verb, args }: Command): HandshakeStep | undefined {
    switch (verb) {
      case 'STATION':
        return this.#station(args)
      case 'SELECT':
        return this.#select(args)
      case 'DATA':
        return this.#data(args)
      case 'END':
        return this.#end(false)
      case 'ENDFETCH':
        return this.#end(true)
      default:
        return undefined
    }
  }

  #station(args: readonly string[]): HandshakeStep {
    const [pattern] = args
    this.#stations = undefined
    this.#selectors = []
    if (pattern === undefined || args.length > 1) return error('ARGUMENTS', 'STATION takes one station id pattern')
    if (!STATION_PATTERN.test(pattern)) return error('ARGUMENTS', `invalid station id pattern ${pattern}`)
    this.#stations = glob(pattern)
    return OK
  }

  #select(args: readonly string[]): HandshakeStep {
    if (args.length === 0) return error('ARGUMENTS', 'SELECT takes at least one stream pattern')
    if (!this.#stations) return NO_STATION
    const selectors: Selector[] = []
    for (const arg of args) {
      const selector = parseV4Selector(arg)
      if ('fault' in selector) return error(selector.fault, selector.text)
      selectors.push(selector)
    }
    if (this.#selectors.length + selectors.length > MAX_SELECTORS) {
      return error('LIMIT', `more than ${MAX_SELECTORS} stream patterns for one station`)
    }
    this.#selectors.push(...selectors)
    return OK
  }

  #data(args: readonly string[]): HandshakeStep {
    const range = parseDataArguments(args)
    if ('kind' in range) return range
    if (!this.#stations) return NO_STATION
    if (this.#subscriptions.length >= MAX_SUBSCRIPTIONS) return error('LIMIT', `more than ${MAX_SUBSCRIPTIONS} stations`)
    this.#subscriptions.push({ stations: this.#stations, selectors: [...this.#selectors], isDialUp: false, ...range })
    return OK
  }

  #end(isDialUp: boolean): HandshakeStep {
    if (this.#subscriptions.length === 0) return error('UNEXPECTED', 'no station and data were asked for')
    const subscriptions = this.#subscriptions.map((subscription) => ({ ...subscription, isDialUp }))
    return { kind: 'stream', request: { protocol: 4, subscriptions } }
  }
}

interface Range {
  readonly start: StartPoint
  readonly begin?: Nanos
  readonly end?: Nanos
}

const NO_STATION = error('UNEXPECTED', 'STATION comes first')

/** `DATA [sequence|ALL [start [end]]]`. */
function parseDataArguments(args: readonly string[]): Range | ErrorReply {
  const [sequence, beginText, endText] = args
  if (args.length > 3) return error('ARGUMENTS', 'DATA takes a sequence number, a start and an end time')
  const start = parseStart(sequence)
  if (!start) return error('ARGUMENTS', `invalid sequence number ${sequence}`)
  if (beginText === undefined) return { start }
  const begin = parseIsoNanos(beginText)
  if (begin === undefined) return error('ARGUMENTS', 'invalid start time')
  if (endText === undefined) return { start, begin }
  const end = parseIsoNanos(endText)
  if (end === undefined || end < begin) return error('ARGUMENTS', 'invalid end time')
  return { start, begin, end }
}

function parseStart(text: string | undefined): StartPoint | undefined {
  if (text === undefined) return { kind: 'next' }
  if (text.toUpperCase() === 'ALL') return { kind: 'first' }
  if (!V4_SEQUENCE.test(text)) return undefined
  // Beyond 2^53 the number is rounded: no archive has that many records, it lies beyond the end either way.
  return { kind: 'sequence', sequence: Number(text), isModular: false }
}
