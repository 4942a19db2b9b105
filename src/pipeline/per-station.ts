import { type GroupedObservable, groupBy, mergeMap, type Observable, type OperatorFunction } from 'rxjs'
import { type InstrumentId, rememberingInstrumentIds, type SourceId } from '../domain/source-id.ts'

type OfInstrument = { readonly instrument: InstrumentId } | { readonly sourceId: SourceId }

/**
 * Runs one chain of operators for each instrument of a station: the three components at one location, band and source.
 * A station's broadband (HH) and strong-motion sensor (HN) are two instruments and trigger on their own.
 */
export function perStation<In extends OfInstrument, Out>(
  chain: (instrument$: Observable<In>, instrument: InstrumentId) => Observable<Out>,
): OperatorFunction<In, Out> {
  return (source) => {
    const instrumentOf = rememberingInstrumentIds()
    return source.pipe(
      groupBy((piece) => ('instrument' in piece ? piece.instrument : instrumentOf(piece.sourceId))),
      mergeMap((group: GroupedObservable<InstrumentId, In>) => chain(group, group.key)),
    )
  }
}
