import { Command } from 'commander'
import { coincidenceOptions } from '../app/coincidence-options.ts'
import { checkConfigFits } from '../app/config-fit.ts'
import { loadModel } from '../app/load-model.ts'
import { type Config, triggerOf } from '../contract/config.ts'
import { stationOfInstrument } from '../domain/source-id.ts'
import { loadConfig } from '../io/config-file.ts'

export function checkCommand(): Command {
  return new Command('check')
    .description('validate configuration and model without touching the network; all faults at once, with file and line')
    .option('--config <file>', 'configuration', 'stations.yaml')
    .action(async ({ config: file }: { config: string }) => {
      const config = loadConfig(file)
      const model = await loadModel(config.model, config.engine)
      checkConfigFits(config, model.card)
      const { second } = model
      const asked = second ? `, second opinion of ${second.id} at ${second.card.sampleRate} Hz` : ''
      const instruments = config.servers.flatMap(({ stations }) => stations)
      const lines = [
        `configuration ${file}: ok, ${config.servers.length} servers, ${instruments.length} instruments`,
        `model ${model.id}: ok, ${model.card.windowLength} samples at ${model.card.sampleRate} Hz${asked}, engine ${model.engine}`,
        ...instruments.map((instrument) => {
          const { on, off, minimumSeconds } = triggerOf(config, instrument)
          return `  ${instrument}: trigger on ${on}, off ${off}, at least ${minimumSeconds} s`
        }),
      ]
      lines.push(...coincidenceLines(config))
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}

/** What makes an event, and what stands in the way of it. */
function coincidenceLines(config: Config): string[] {
  const { rules, placeOf, weightOf, withinSeconds } = coincidenceOptions(config)
  const stations = [...new Set(config.servers.flatMap((server) => server.stations).map(stationOfInstrument))]
  const blind = stations.filter((station) => placeOf(station) === undefined)
  const most = stations.reduce((sum, station) => sum + weightOf(station), 0)
  const network = rules[0]?.needed ?? 0
  return [
    `events: ${rules.map(({ name, needed }) => `${needed} of ${name}`).join(', ')}`,
    ...(blind.length > 0 && stations.length > 1
      ? [
          `warning: coordinates of ${blind.join(', ')} are missing (stations.NET_STA.coordinates): onsets within ${withinSeconds} s count there, and there is no location from them`,
        ]
      : []),
    ...(most < network && rules.length === 1
      ? [`warning: all stations together count ${most}, an event needs ${network} (coincidence.stations): there will be none`]
      : []),
  ]
}
