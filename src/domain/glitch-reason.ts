/** Why a detection looks like a glitch: where nearly all of its relevance lies. */
export const GLITCH_REASONS = ['relevance-at-gap-edge', 'relevance-at-window-edge', 'relevance-in-one-spike'] as const

export type GlitchReason = (typeof GLITCH_REASONS)[number]
