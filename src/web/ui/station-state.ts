import type { StationStatus } from '../../contract/health.ts'

export type StationState = StationStatus['state']

/** A shape as well as a colour: state must not hang on colour alone. */
export const STATE_MARKS: Readonly<Record<StationState, string>> = {
  waiting: '○',
  ok: '●',
  latent: '◐',
  gap: '◍',
  silent: '✕',
  stalled: '⇹',
  rejected: '⊘',
}

/** Names of the style's colours. */
export const STATE_COLOURS: Readonly<Record<StationState, string>> = {
  waiting: '--muted',
  ok: '--good',
  latent: '--warn',
  gap: '--warn',
  silent: '--alarm',
  stalled: '--alarm',
  rejected: '--alarm',
}

/** Worst first: what an operator should see first. */
export const STATE_ORDER: readonly StationState[] = ['rejected', 'stalled', 'silent', 'gap', 'latent', 'waiting', 'ok']
