import { STATE_ORDER, type StationState } from '../ui/station-state.ts'
import { SORT_KEYS, type SortKey, type WallFilter, type WallOrder } from './wall-order.ts'

export const WALL_LAYOUTS = ['traces', 'rows', 'tiles'] as const

export type WallLayout = (typeof WALL_LAYOUTS)[number]

/** How the wall is shown, as the page's address says it. */
export interface WallChoice {
  readonly filter: WallFilter
  readonly order: WallOrder
  /** Absent: by the number of stations. */
  readonly layout: WallLayout | undefined
}

/** Up to here a newcomer sees all three components at once, up to there each station has a line. */
const MOST_TRACES = 8
const MOST_ROWS = 150

export function layoutFor(stations: number): WallLayout {
  if (stations <= MOST_TRACES) return 'traces'
  return stations <= MOST_ROWS ? 'rows' : 'tiles'
}

/** What is not understood is as if it were not there: the address bar is anybody's. */
export function readWallChoice(query: URLSearchParams): WallChoice {
  const sort = query.get('sort') ?? ''
  const states = (query.get('state') ?? '').split(',').filter((each) => (STATE_ORDER as readonly string[]).includes(each))
  return {
    filter: { text: query.get('q') ?? '', states: new Set(states as StationState[]) },
    order: { key: SORT_KEYS.find((key) => key === sort.replace(/^-/, '')) ?? 'state', isReversed: sort.startsWith('-') },
    layout: WALL_LAYOUTS.find((layout) => layout === query.get('view')),
  }
}

/** For the page's address; what is usual is left out. */
export function sortQuery({ key, isReversed }: WallOrder): string | undefined {
  if (key === 'state' && !isReversed) return undefined
  return `${isReversed ? '-' : ''}${key}`
}

/** The same key once more turns the order round. */
export function sortedBy(key: SortKey, order: WallOrder): WallOrder {
  return { key, isReversed: key === order.key && !order.isReversed }
}
