import { type GroupedObservable, groupBy, mergeMap, type Observable, type OperatorFunction } from 'rxjs'
import type { SourceId } from '../domain/source-id.ts'

/**
 * Runs one chain of operators for each channel, so that no channel ever sees another's state.
 *
 * Groups live as long as the stream: let only known sources reach it.
 */
export function perChannel<In extends { readonly sourceId: SourceId }, Out>(
  chain: (channel$: Observable<In>, sourceId: SourceId) => Observable<Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    source.pipe(
      groupBy((piece) => piece.sourceId),
      mergeMap((group: GroupedObservable<SourceId, In>) => chain(group, group.key)),
    )
}
