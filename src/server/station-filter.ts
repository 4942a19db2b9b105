/** Stations (`NET_STA`) and instruments (`NET_STA_LOC_BS`) a client wants; none named: all. */
export class StationFilter {
  readonly #ids: ReadonlySet<string> | undefined

  constructor(ids: readonly string[] | undefined) {
    this.#ids = ids === undefined || ids.length === 0 ? undefined : new Set(ids)
  }

  get isAll(): boolean {
    return this.#ids === undefined
  }

  has(instrument: string): boolean {
    if (this.#ids === undefined) return true
    return this.#ids.has(instrument) || this.#ids.has(instrument.split('_', 2).join('_'))
  }
}
