import type { StationStatus } from '../../contract/health.ts'
import type { Place } from '../../domain/place.ts'
import { STATE_ORDER, type StationState } from '../ui/station-state.ts'

/** The instruments at one place, as one mark. */
export interface MapStation {
  /** NET_STA */
  readonly station: string
  readonly place: Place
  /** The worst of its instruments. */
  readonly state: StationState
  /** Worst first; what the mark opens is the first. */
  readonly instruments: readonly StationStatus[]
}

/** One mark per station with coordinates, the worst last, so that it is drawn on top; and the stations that have none. */
export function mapStations(statuses: readonly StationStatus[]): { placed: MapStation[]; unplaced: string[] } {
  const byStation = new Map<string, StationStatus[]>()
  for (const status of statuses) {
    const others = byStation.get(status.station)
    if (others) others.push(status)
    else byStation.set(status.station, [status])
  }
  const placed: MapStation[] = []
  const unplaced: string[] = []
  for (const [station, members] of byStation) {
    const place = members.find(({ coordinates }) => coordinates)?.coordinates
    if (!place) {
      unplaced.push(station)
      continue
    }
    const instruments = members.sort((a, b) => rank(a) - rank(b) || (a.instrument < b.instrument ? -1 : 1))
    placed.push({ station, place, state: (instruments[0] as StationStatus).state, instruments })
  }
  placed.sort((a, b) => STATE_ORDER.indexOf(b.state) - STATE_ORDER.indexOf(a.state) || (a.station < b.station ? -1 : 1))
  return { placed, unplaced: unplaced.sort() }
}

function rank({ state }: StationStatus): number {
  return STATE_ORDER.indexOf(state)
}
