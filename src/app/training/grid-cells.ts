import { type TrainingConfig, trainingConfigSchema } from '../../contract/training-config.ts'
import { ConfigError } from '../../domain/errors.ts'

/** One combination of the grid. */
export interface GridCell {
  /** `batchSize=64 epochs=25`, in the order of the grid. */
  readonly name: string
  readonly config: TrainingConfig
}

/** What data are read by: they are read once for all cells. */
const OF_THE_DATA = ['network.sampleRate', 'network.windowSeconds']

/**
 * Every combination of the grid's values, the last setting changing fastest.
 *
 * @throws {ConfigError} when a path names no setting or one that cells share, or a value does not fit it
 */
export function gridCells(config: TrainingConfig): GridCell[] {
  const shared = OF_THE_DATA.find((path) => path in config.grid)
  if (shared !== undefined) {
    throw new ConfigError(`training grid: expected settings that cells may differ in, got ${shared}; search each value apart`, {
      path: shared,
    })
  }
  let cells: { name: string; values: unknown }[] = [{ name: '', values: config }]
  for (const [path, candidates] of Object.entries(config.grid)) {
    cells = cells.flatMap(({ name, values }) =>
      candidates.map((value) => ({
        name: `${name} ${path}=${value}`.trim(),
        values: withValue(values, path, path.split('.'), value),
      })),
    )
  }
  return cells.map(({ name, values }) => ({ name, config: checked(name, values) }))
}

function withValue(object: unknown, path: string, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  if (typeof object !== 'object' || object === null || !(key in object)) {
    throw new ConfigError(`training grid: expected the path of a setting such as optimiser.learningRate, got ${path}`, { path })
  }
  const fields = object as Readonly<Record<string, unknown>>
  return { ...fields, [key]: withValue(fields[key], path, rest, value) }
}

function checked(name: string, values: unknown): TrainingConfig {
  const parsed = trainingConfigSchema.safeParse(values)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new ConfigError(`training grid: expected values that fit their settings, got ${name} (${faults.join('; ')})`, {
    cell: name,
  })
}
