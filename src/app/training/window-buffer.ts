/**
 * Helpers of the augmentations: a window is row-major [rows, 3] in source units, changed in place. Components without signal stay
 * without, unless an augmentation says otherwise.
 */

export const CHANNELS = 3

/** Subtracts each component's mean, so that disturbances and mixtures have a common zero. */
export function removeMean(window: Float64Array): void {
  const rows = window.length / CHANNELS
  for (let channel = 0; channel < CHANNELS; channel++) {
    let sum = 0
    for (let i = channel; i < window.length; i += CHANNELS) sum += window[i]!
    const mean = sum / rows
    for (let i = channel; i < window.length; i += CHANNELS) window[i]! -= mean
  }
}

/** Largest absolute value; 0 for a window without signal. */
export function peakOf(window: Float64Array): number {
  let peak = 0
  for (let i = 0; i < window.length; i++) {
    const magnitude = Math.abs(window[i]!)
    if (magnitude > peak) peak = magnitude
  }
  return peak
}

/** target += factor · source, on the components that are live in the target. */
export function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    if (!isLive(target, channel)) continue
    for (let i = channel; i < target.length; i += CHANNELS) target[i]! += factor * source[i]!
  }
}

export function isLive(window: Float64Array, channel: number): boolean {
  for (let i = channel; i < window.length; i += CHANNELS) if (window[i] !== window[channel]) return true
  return false
}
