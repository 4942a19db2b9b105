/** Where the samples of a trace lie in the HDF5 file. */
export interface TraceAddress {
  /** Path of the array below the file's root. */
  readonly array: string
  /** Row of a bucket; undefined when the array is the trace itself. */
  readonly row?: number
  /** How much of the two remaining dimensions belongs to the trace (a bucket pads short traces); undefined = all. */
  readonly extents: readonly [number | undefined, number | undefined]
}

const INDICES = /^(\d+)(?:,:(\d*))?(?:,:(\d*))?$/

/**
 * SeisBench trace name → place in `waveforms.hdf5`: `bucket3$17,:3,:6000` is row 17 of `data/bucket3`, cut to 3 × 6000;
 * a name without `$` is an array of its own.
 *
 * @returns undefined when the part after `$` is no such index
 */
export function parseTraceName(name: string): TraceAddress | undefined {
  const dollar = name.lastIndexOf('$')
  if (dollar < 0) return { array: `data/${name}`, extents: [undefined, undefined] }
  const match = INDICES.exec(name.slice(dollar + 1))
  if (!match) return undefined
  const [, row, first, second] = match
  return { array: `data/${name.slice(0, dollar)}`, row: Number(row), extents: [extent(first), extent(second)] }
}

function extent(digits: string | undefined): number | undefined {
  return digits === undefined || digits === '' ? undefined : Number(digits)
}
