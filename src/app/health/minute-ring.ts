/** Minutes that are kept: 24 hours. */
export const KEPT_MINUTES = 1440
export const MINUTES_PER_HOUR = 60

/** What is known of one minute of one instrument. */
export interface Minute {
  /** Rows of three-component data in that minute of data time. */
  readonly rows: number
  /** Of packets that arrived in that minute; NaN: of none. */
  readonly medianLatency: number
  readonly maximumLatency: number
  /** Least of the records, percent; NaN: none said one. */
  readonly timingQuality: number
}

/** The lower one of two in the middle; NaN of none. Sorts them. */
export function medianOf(values: number[]): number {
  if (values.length > 1) values.sort((a, b) => a - b)
  return values[(values.length - 1) >> 1] ?? Number.NaN
}

const UNKNOWN_QUALITY = 255
const BYTES_PER_MINUTE = 11
export const BYTES_PER_HOUR = MINUTES_PER_HOUR * BYTES_PER_MINUTE

/** Minutes of one instrument, counted since 1970; a newer one takes the place of the one 24 hours before. About 22 kB. */
export class MinuteRing {
  readonly #numbers = new Int32Array(KEPT_MINUTES).fill(-1)
  readonly #rows = new Uint16Array(KEPT_MINUTES)
  readonly #median = new Float32Array(KEPT_MINUTES)
  readonly #maximum = new Float32Array(KEPT_MINUTES)
  readonly #quality = new Uint8Array(KEPT_MINUTES)

  at(minute: number): Minute | undefined {
    const slot = minute % KEPT_MINUTES
    if (this.#numbers[slot] !== minute) return undefined
    const quality = this.#quality[slot] as number
    return {
      rows: this.#rows[slot] as number,
      medianLatency: this.#median[slot] as number,
      maximumLatency: this.#maximum[slot] as number,
      timingQuality: quality === UNKNOWN_QUALITY ? Number.NaN : quality,
    }
  }

  has(minute: number): boolean {
    return this.#numbers[minute % KEPT_MINUTES] === minute
  }

  /**
   * What minutes say together: the median of medians, the largest latency, the least quality; NaN of none.
   *
   * @param mostRows a minute counts with no more of them
   */
  together(minutes: readonly number[], mostRows: number): Minute {
    let rows = 0
    let maximumLatency = Number.NaN
    let timingQuality = Number.NaN
    const medians: number[] = []
    for (const minute of minutes) {
      if (!this.has(minute)) continue
      const slot = minute % KEPT_MINUTES
      rows += Math.min(mostRows, this.#rows[slot] as number)
      const maximum = this.#maximum[slot] as number
      const quality = this.#quality[slot] as number
      if (!Number.isNaN(maximum)) medians.push(this.#median[slot] as number)
      if (!(maximum <= maximumLatency) && !Number.isNaN(maximum)) maximumLatency = maximum
      if (quality !== UNKNOWN_QUALITY && !(quality >= timingQuality)) timingQuality = quality
    }
    return { rows, medianLatency: medianOf(medians), maximumLatency, timingQuality }
  }

  addRows(minute: number, rows: number): void {
    const slot = this.#slotFor(minute)
    if (slot !== undefined) this.#rows[slot] = Math.min(65_535, (this.#rows[slot] as number) + rows)
  }

  /** @param timingQuality percent; NaN: none */
  setArrivals(minute: number, medianLatency: number, maximumLatency: number, timingQuality: number): void {
    const slot = this.#slotFor(minute)
    if (slot === undefined) return
    this.#median[slot] = medianLatency
    this.#maximum[slot] = maximumLatency
    this.#quality[slot] = Number.isNaN(timingQuality) ? UNKNOWN_QUALITY : Math.max(0, Math.min(100, Math.round(timingQuality)))
  }

  /** The minutes of an hour since 1970 as bytes for the store; undefined when nothing is known of them. */
  hour(hour: number): Uint8Array | undefined {
    const bytes = new Uint8Array(BYTES_PER_HOUR)
    const view = new DataView(bytes.buffer)
    let isKnown = false
    for (let i = 0; i < MINUTES_PER_HOUR; i++) {
      const minute = this.at(hour * MINUTES_PER_HOUR + i)
      const at = i * BYTES_PER_MINUTE
      isKnown ||= minute !== undefined
      view.setUint16(at, minute?.rows ?? 0, true)
      view.setFloat32(at + 2, minute?.medianLatency ?? Number.NaN, true)
      view.setFloat32(at + 6, minute?.maximumLatency ?? Number.NaN, true)
      const quality = minute?.timingQuality ?? Number.NaN
      view.setUint8(at + 10, Number.isNaN(quality) ? UNKNOWN_QUALITY : quality)
    }
    return isKnown ? bytes : undefined
  }

  /** What `hour` gave. */
  restoreHour(hour: number, bytes: Uint8Array): void {
    if (bytes.length !== BYTES_PER_HOUR) return
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < MINUTES_PER_HOUR; i++) {
      const at = i * BYTES_PER_MINUTE
      const rows = view.getUint16(at, true)
      const median = view.getFloat32(at + 2, true)
      const quality = view.getUint8(at + 10)
      if (rows === 0 && Number.isNaN(median) && quality === UNKNOWN_QUALITY) continue
      const minute = hour * MINUTES_PER_HOUR + i
      this.addRows(minute, rows)
      this.setArrivals(minute, median, view.getFloat32(at + 6, true), quality === UNKNOWN_QUALITY ? Number.NaN : quality)
    }
  }

  /** Of a minute that is to change; undefined when it is more than 24 hours older than what is there. */
  #slotFor(minute: number): number | undefined {
    const slot = minute % KEPT_MINUTES
    const known = this.#numbers[slot] as number
    if (known > minute) return undefined
    if (known < minute) {
      this.#numbers[slot] = minute
      this.#rows[slot] = 0
      this.#median[slot] = Number.NaN
      this.#maximum[slot] = Number.NaN
      this.#quality[slot] = UNKNOWN_QUALITY
    }
    return slot
  }
}
