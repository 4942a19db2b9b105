/**
 * What happens to a window between the source's units and the network's input; named in the model card. The steps run in
 * the order of the fields, all inside the window: nothing carries over from one window to the next.
 */
export interface PreprocessSpec {
  /** `demean` subtracts each component's mean, `linear` its least-squares line. */
  readonly detrend: 'none' | 'demean' | 'linear'
  /** Corner of a zero-phase second-order Butterworth high-pass, Hz; null for none. */
  readonly highpassHz: number | null
  /** Length of the cosine taper at each end, s; 0 or absent for none. */
  readonly taperSeconds?: number
  /** `max-abs` divides all components by their one largest absolute value, so that their ratios survive. */
  readonly normalise: 'max-abs' | 'none'
}

/** The slides' preprocessing as we read them. */
export const DEFAULT_PREPROCESS: PreprocessSpec = { detrend: 'demean', highpassHz: null, normalise: 'max-abs' }
