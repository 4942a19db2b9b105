import { defaultConfig } from '../app/default-config.ts'
import type { Config } from '../contract/config.ts'
import { loadConfig } from '../io/config-file.ts'

/**
 * What `--config` and `--model` ask for: a file or the defaults, perhaps with another model and then with that model's thresholds.
 *
 * @throws {ConfigError} as `loadConfig`
 */
export function chosenConfig({ config, model }: { readonly config?: string; readonly model?: string }): Config {
  return config === undefined ? defaultConfig(model) : loadConfig(config, process.env, model)
}
