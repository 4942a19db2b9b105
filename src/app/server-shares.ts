import type { StationStatus } from '../contract/health.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../domain/time.ts'

/** A leader that has brought nothing new for this long, while another one has, leads no more. */
const LEAD_SECONDS = 10

interface Share {
  lastArrival: Micros | null
  redundant: number
  rejected?: string
  unheard?: string
}

/** The servers of one instrument: who has it, who refuses it, and who leads: brings its data first. */
export class ServerShares {
  readonly #shares = new Map<string, Share>()
  #leader: string | undefined
  #leadsSince: Micros | undefined
  #lastNews: Micros = 0

  get count(): number {
    return this.#shares.size
  }

  /** Until somebody has brought something, the first that was configured. */
  get leader(): string | undefined {
    return this.#leader ?? this.#shares.keys().next().value
  }

  /** Those that do not refuse it. */
  get accepting(): string[] {
    return [...this.#shares].filter(([, { rejected }]) => rejected === undefined).map(([url]) => url)
  }

  /** Why nobody has it; undefined while somebody may. */
  get rejection(): string | undefined {
    const shares = [...this.#shares]
    if (shares.length === 0 || shares.some(([, { rejected }]) => rejected === undefined)) return undefined
    return shares.map(([url, { rejected }]) => `${url}: ${rejected}`).join('; ')
  }

  /** Why nothing may have come yet, as far as a server tells. */
  get silence(): string | undefined {
    const told = [...this.#shares].filter(([, { unheard }]) => unheard !== undefined)
    return told.length === 0 ? undefined : told.map(([url, { unheard }]) => `${url}: ${unheard}`).join('; ')
  }

  add(url: string): void {
    if (!this.#shares.has(url)) this.#shares.set(url, { lastArrival: null, redundant: 0 })
  }

  reject(url: string, reason: string | undefined): void {
    const share = this.#shares.get(url)
    if (share === undefined) return
    if (reason === undefined) delete share.rejected
    else share.rejected = reason
  }

  unheard(url: string, reason: string | undefined): void {
    const share = this.#shares.get(url)
    if (share === undefined) return
    if (reason === undefined) delete share.unheard
    else share.unheard = reason
  }

  onRecord(url: string, isNew: boolean, now: Micros): void {
    const share = this.#shares.get(url)
    if (share === undefined) return
    share.lastArrival = now
    if (!isNew) share.redundant++
    else if (url === this.#leader) this.#lastNews = now
    else if (this.#leader === undefined || now - this.#lastNews > LEAD_SECONDS * MICROS_PER_SECOND) {
      this.#leader = url
      this.#leadsSince = now
      this.#lastNews = now
    }
  }

  statuses(): NonNullable<StationStatus['servers']> {
    return [...this.#shares].map(([url, { lastArrival, redundant, rejected }]) => ({
      url,
      leadsSince: url === this.#leader && this.#leadsSince !== undefined ? formatMicros(this.#leadsSince) : null,
      lastPacketTime: lastArrival === null ? null : formatMicros(lastArrival),
      redundant,
      ...(rejected === undefined ? {} : { rejected }),
    }))
  }
}
