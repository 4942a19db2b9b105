import type { Snippet } from '../contract/http.ts'

/** Row-major [rows, 3] → one list per component. */
export function wireComponents(rows: Float32Array | Float64Array): Pick<Snippet, 'Z' | 'N' | 'E'> {
  const component = (offset: number) => Array.from({ length: rows.length / 3 }, (_, i) => rows[3 * i + offset] as number)
  return { Z: component(0), N: component(1), E: component(2) }
}

/** Nine digits are as exact as float32 is, and half as long as those of the double that it becomes. */
export function shortDigits(values: Float32Array): Float64Array {
  return Float64Array.from(values, (value) => Number(value.toPrecision(9)))
}
