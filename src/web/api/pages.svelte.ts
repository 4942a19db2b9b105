import { mergeById } from '../feed/merge-durable.ts'
import { ApiError } from './api.ts'

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Asks for the next page; null on the last. */
  readonly cursor: string | null
}

export interface PageSource<Item, Query> {
  /** @throws {ApiError} */
  load(query: Query, cursor: string | undefined, signal: AbortSignal): Promise<Page<Item>>
  /** What the list is sorted by, newest first. */
  timeOf(item: Item): string
}

/** What a list has loaded of one query, newest first. Kept while the page is open, so that "back" is where one was. */
export class Pages<Item extends { readonly id: string; readonly seq: number }, Query> {
  loaded = $state.raw<readonly Item[]>([])
  /** There is more; undefined before the first answer. */
  hasMore = $state<boolean | undefined>()
  isLoading = $state(false)
  failure = $state<string | undefined>()

  readonly #source: PageSource<Item, Query>
  #query: Query | undefined
  #cursor: string | null = null
  #request: AbortController | undefined

  constructor(source: PageSource<Item, Query>) {
    this.#source = source
  }

  /** Another query starts anew; the same one is brought up to date. */
  async show(query: Query): Promise<void> {
    const isSame = JSON.stringify(query) === JSON.stringify(this.#query)
    if (!isSame) {
      this.loaded = []
      this.hasMore = undefined
    }
    this.#query = query
    const isUpdate = this.hasMore !== undefined
    const page = await this.#load(query, undefined)
    if (!page) return
    this.#add(page.items)
    if (!isUpdate) this.#end(page.cursor)
  }

  async more(): Promise<void> {
    if (this.isLoading || this.#cursor === null || this.#query === undefined) return
    const page = await this.#load(this.#query, this.#cursor)
    if (!page) return
    this.#add(page.items)
    this.#end(page.cursor)
  }

  /** It was changed here. */
  replace(item: Item): void {
    this.loaded = this.loaded.map((each) => (each.id === item.id ? item : each))
  }

  /** Something was said about what is loaded. */
  update(change: (loaded: readonly Item[]) => readonly Item[]): void {
    this.loaded = change(this.loaded)
  }

  #add(items: readonly Item[]): void {
    this.loaded = mergeById(this.loaded, items, this.#source.timeOf, Number.POSITIVE_INFINITY)
  }

  #end(cursor: string | null): void {
    this.#cursor = cursor
    this.hasMore = cursor !== null
  }

  /** @returns undefined when it failed, or another query was asked meanwhile */
  async #load(query: Query, cursor: string | undefined): Promise<Page<Item> | undefined> {
    this.#request?.abort()
    const request = new AbortController()
    this.#request = request
    this.isLoading = true
    try {
      const page = await this.#source.load(query, cursor, request.signal)
      if (request.signal.aborted) return undefined
      this.failure = undefined
      return page
    } catch (error) {
      if (!request.signal.aborted) this.failure = error instanceof ApiError ? error.message : String(error)
      return undefined
    } finally {
      if (this.#request === request) this.isLoading = false
    }
  }
}
