import type { Observable, OperatorFunction } from 'rxjs'
import { type InstrumentId, rememberingInstrumentIds, type SourceId } from '../domain/source-id.ts'
import { perKey } from './per-key.ts'

type OfInstrument = { readonly instrument: InstrumentId } | { readonly sourceId: SourceId }

/**
 * Runs one chain of operators for each instrument of a station: the three components at one location, band and source.
 * A station's broadband (HH) and strong-motion sensor (HN) are two instruments and trigger on their own.
 *
 * @param restored as `perChannel`
 */
export function perStation<In extends OfInstrument, Out>(
  chain: (instrument$: Observable<In>, instrument: InstrumentId) => Observable<Out>,
  restored?: () => readonly string[],
): OperatorFunction<In, Out> {
  const instrumentOf = rememberingInstrumentIds()
  const keyOf = (piece: In) => ('instrument' in piece ? piece.instrument : instrumentOf(piece.sourceId))
  return perKey(keyOf, chain, restored as () => readonly InstrumentId[])
}
