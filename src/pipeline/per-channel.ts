import type { Observable, OperatorFunction } from 'rxjs'
import type { SourceId } from '../domain/source-id.ts'
import { perKey } from './per-key.ts'

/**
 * Runs one chain of operators for each channel, so that no channel ever sees another's state.
 *
 * Chains live as long as the stream: let only known sources reach it.
 *
 * @param restored channels that had data before a restart: what they held comes out at the end, heard again or not
 */
export function perChannel<In extends { readonly sourceId: SourceId }, Out>(
  chain: (channel$: Observable<In>, sourceId: SourceId) => Observable<Out>,
  restored?: () => readonly string[],
): OperatorFunction<In, Out> {
  return perKey((piece: In) => piece.sourceId, chain, restored as () => readonly SourceId[])
}
