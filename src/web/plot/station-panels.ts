export interface Panel {
  readonly top: number
  readonly height: number
}

export interface StationPanels {
  /** Z, N, E. */
  readonly traces: readonly Panel[]
  readonly spectrogram: Panel | undefined
  readonly score: Panel
  /** Below it the times are written. */
  readonly axis: Panel
}

const AXIS_PIXELS = 18
const SPACE_PIXELS = 4
/** Shares of the height. */
const SCORE_SHARE = 0.16
const SPECTROGRAM_SHARE = 0.2

/** Where everything lies on the picture of a station. @param height pixels */
export function stationPanels(height: number, hasSpectrogram: boolean): StationPanels {
  const score = Math.round(height * SCORE_SHARE)
  const spectrogram = hasSpectrogram ? Math.round(height * SPECTROGRAM_SHARE) : 0
  const left = height - AXIS_PIXELS - score - spectrogram - SPACE_PIXELS * (hasSpectrogram ? 2 : 1)
  const traces = [0, 1, 2].map((i) => ({ top: Math.round((left * i) / 3), height: Math.round(left / 3) }))
  const spectrogramTop = left + SPACE_PIXELS
  const scoreTop = spectrogramTop + (hasSpectrogram ? spectrogram + SPACE_PIXELS : 0)
  return {
    traces,
    spectrogram: hasSpectrogram ? { top: spectrogramTop, height: spectrogram } : undefined,
    score: { top: scoreTop, height: score },
    axis: { top: height - AXIS_PIXELS, height: AXIS_PIXELS },
  }
}
