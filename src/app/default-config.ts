import { join } from 'node:path'
import { type Config, configSchema } from '../contract/config.ts'
import { modelThresholds } from '../io/config/model-thresholds.ts'

/** Where the package's own models lie, from the sources and from the built package alike. */
export const MODELS_FOLDER = join(import.meta.dirname, '../../models')
export const DEFAULT_MODEL = join(MODELS_FOLDER, 'majstorovic-36k')

/** `Config.file` of what was read from no file. */
export const NO_FILE = 'defaults'

/** What holds when there is no `stations.yaml`: every default, no servers. */
export function defaultConfig(model: string = DEFAULT_MODEL): Config {
  const { servers: _none, trigger, ...rest } = configSchema.parse({ model })
  return { ...rest, trigger: { ...modelThresholds(model), ...trigger }, servers: [], file: NO_FILE }
}
