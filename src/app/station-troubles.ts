import type { ServerStatus, StationStatus } from '../contract/health.ts'

/** Instruments named in a line: the page has them all. */
const MOST_NAMES = 5

/**
 * What is wrong with instruments, as health says it: one line per trouble, however many instruments have it. At the end of an
 * archive silence is no trouble.
 *
 * @param aheadSeconds how far data may lie ahead of the clock
 */
export function stationTroubles(
  stations: readonly StationStatus[],
  servers: readonly ServerStatus[],
  aheadSeconds: number,
): string[] {
  const isOver = servers.length > 0 && servers.every(({ state }) => state === 'ended')
  const inState = (wanted: StationStatus['state']) => stations.filter(({ state }) => state === wanted)
  return [
    ...named('rejected', inState('rejected')),
    ...(isOver
      ? []
      : [
          ...named('stalled', inState('stalled')),
          ...named('silent', inState('silent')),
          // A name that no server knows is often taken without a word: nothing else would ever tell.
          ...named(
            'never heard',
            stations.filter(({ isUnheard }) => isUnheard),
          ),
        ]),
    ...named(
      'clock ahead',
      stations.filter(({ latencySeconds }) => latencySeconds !== null && latencySeconds < -aheadSeconds),
    ),
  ]
}

function named(trouble: string, stations: readonly StationStatus[]): string[] {
  if (stations.length === 0) return []
  const shown = stations.slice(0, MOST_NAMES).map(({ instrument }) => instrument)
  return [`${trouble}: ${shown.join(', ')}${stations.length > MOST_NAMES ? ` and ${stations.length - MOST_NAMES} more` : ''}`]
}
