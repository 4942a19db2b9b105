/**
 * The new low and high noise models of Peterson (1993, USGS Open-File Report 93-322, tables 3 and 4):
 * power of ground acceleration in dB relative to 1 (m/s²)²/Hz = A + B log10(period in s), each row from its period to the next.
 */
type NoiseModelRow = readonly [fromPeriod: number, a: number, b: number]

const LOW: readonly NoiseModelRow[] = [
  [0.1, -162.36, 5.64],
  [0.17, -166.7, 0],
  [0.4, -170, -8.3],
  [0.8, -166.4, 28.9],
  [1.24, -168.6, 52.48],
  [2.4, -159.98, 29.81],
  [4.3, -141.1, 0],
  [5, -71.36, -99.77],
  [6, -97.26, -66.49],
  [10, -132.18, -31.57],
  [12, -205.27, 36.16],
  [15.6, -37.65, -104.33],
  [21.9, -114.37, -47.1],
  [31.6, -160.58, -16.28],
  [45, -187.5, 0],
  [70, -216.47, 15.7],
  [101, -185, 0],
  [154, -168.34, -7.61],
  [328, -217.43, 11.9],
  [600, -258.28, 26.6],
]

const HIGH: readonly NoiseModelRow[] = [
  [0.1, -108.73, -17.23],
  [0.22, -150.34, -80.5],
  [0.32, -122.31, -23.87],
  [0.8, -116.85, 32.51],
  [3.8, -108.48, 18.08],
  [4.6, -74.66, -32.95],
  [6.3, 0.66, -127.18],
  [7.9, -93.37, -22.42],
  [15.4, 73.54, -162.98],
  [20, -151.52, 10.01],
  [354.8, -206.66, 31.63],
]

/** New low noise model. @param frequency Hz; beyond the tables (above 10 Hz) the last value holds. @returns dB re 1 (m/s²)²/Hz */
export function lowNoiseModel(frequency: number): number {
  return evaluate(LOW, frequency)
}

/** New high noise model; as `lowNoiseModel`. */
export function highNoiseModel(frequency: number): number {
  return evaluate(HIGH, frequency)
}

function evaluate(rows: readonly NoiseModelRow[], frequency: number): number {
  const period = Math.max(1 / frequency, 0.1)
  const [, a, b] = rows.findLast(([fromPeriod]) => fromPeriod <= period) ?? rows[0]!
  return a + b * Math.log10(period)
}
