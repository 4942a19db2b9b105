import type { Config } from '../contract/config.ts'
import type { ModelCard } from '../contract/model-card.ts'
import { ConfigError } from '../domain/errors.ts'

/**
 * What is configured must be possible with the model.
 *
 * @throws {ConfigError} with every fault on a line of its own
 */
export function checkConfigFits(config: Config, card: ModelCard): void {
  const faults = [
    ...strideFaults(config, card),
    ...deadTimeFaults(config, card),
    ...componentFaults(config, card),
    ...holdFaults(config, card),
  ]
  if (faults.length === 0) return
  const title = `configuration: ${faults.length} ${faults.length === 1 ? 'setting does' : 'settings do'} not fit ${card.name} (${config.file})`
  throw new ConfigError([title, ...faults].join('\n'), { file: config.file, faults: faults.length })
}

function strideFaults({ window }: Config, { sampleRate }: ModelCard): string[] {
  if (Number.isInteger(window.strideSeconds * sampleRate)) return []
  return [
    `window.strideSeconds: expected a multiple of the model's sample period ${1 / sampleRate} s, got ${window.strideSeconds}`,
  ]
}

/** One P stays in the window for as long as the window is: a shorter dead time would let it trigger twice. */
function deadTimeFaults({ trigger, stations }: Config, { windowLength, sampleRate }: ModelCard): string[] {
  const windowSeconds = (windowLength - 1) / sampleRate
  const times = [
    ['trigger.deadSeconds', trigger.deadSeconds] as const,
    ...Object.entries(stations).map(([id, each]) => [`stations.${id}.trigger.deadSeconds`, each.trigger?.deadSeconds] as const),
  ]
  return times.flatMap(([path, seconds]) =>
    seconds === undefined || seconds >= windowSeconds
      ? []
      : [`${path}: expected at least the model's window of ${windowSeconds} s, got ${seconds}`],
  )
}

/** An onset may lie at the beginning of its window, and the detection comes after the end of it. */
function holdFaults({ coincidence, trigger }: Config, { windowLength, sampleRate }: ModelCard): string[] {
  const least = (windowLength - 1) / sampleRate + trigger.minimumSeconds
  if (coincidence.holdSeconds >= least) return []
  return [
    `coincidence.holdSeconds: expected at least ${least} s (the model's window and trigger.minimumSeconds), got ${coincidence.holdSeconds}; every detection could come too late`,
  ]
}

function componentFaults({ components, stations }: Config, { name, acceptsDeadComponents }: ModelCard): string[] {
  if (acceptsDeadComponents) return []
  const policies = [
    ['components', components] as const,
    ...Object.entries(stations).map(([id, each]) => [`stations.${id}.components`, each.components] as const),
  ]
  return policies.flatMap(([path, policy]) =>
    policy === 'zero-fill' ? [`${path}: expected wait or skip, got zero-fill; ${name} was not trained with dead components`] : [],
  )
}
