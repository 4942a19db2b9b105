/** Stations (`NET_STA`) and instruments (`NET_STA_LOC_BS`) a client wants. */
export class StationFilter {
  readonly #ids: ReadonlySet<string> | undefined

  private constructor(ids: ReadonlySet<string> | undefined) {
    this.#ids = ids
  }

  /** None named: all. */
  static allUnlessNamed(ids: readonly string[] | undefined): StationFilter {
    return new StationFilter(ids === undefined || ids.length === 0 ? undefined : new Set(ids))
  }

  /** None named: none. */
  static only(ids: readonly string[]): StationFilter {
    return new StationFilter(new Set(ids))
  }

  get isAll(): boolean {
    return this.#ids === undefined
  }

  has(instrument: string): boolean {
    if (this.#ids === undefined) return true
    return this.#ids.has(instrument) || this.#ids.has(instrument.split('_', 2).join('_'))
  }
}
