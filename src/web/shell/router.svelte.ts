/** Where the page is: `#/detections/ID?from=…` is path ['detections', 'ID'] and query from=…. */
export class Router {
  path = $state.raw<readonly string[]>([])
  query = $state.raw(new URLSearchParams())

  constructor() {
    this.#read()
    addEventListener('hashchange', () => this.#read())
  }

  /** The first part names the screen; '' is the live one. */
  get screen(): string {
    return this.path[0] ?? ''
  }

  go(href: string): void {
    location.hash = href.replace(/^#/, '')
  }

  /** Changes the query in place, without an entry in the history: a filter is no page of its own. */
  setQuery(changes: Readonly<Record<string, string | undefined>>): void {
    const query = new URLSearchParams(this.query)
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') query.delete(name)
      else query.set(name, value)
    }
    history.replaceState(null, '', href(this.path, query))
    this.#read()
  }

  #read(): void {
    const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2)
    this.path = path.split('/').filter(Boolean).map(decoded)
    this.query = new URLSearchParams(query)
  }
}

/** The link to a place of the page; parts are escaped. */
export function href(path: readonly string[], query?: URLSearchParams | Readonly<Record<string, string>>): string {
  const text = query === undefined ? '' : new URLSearchParams(query).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

/** As it came when it is not well escaped: the address bar is anybody's. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const router = new Router()
