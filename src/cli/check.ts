import { Command } from 'commander'
import { checkConfigFits } from '../app/config-fit.ts'
import { loadModel } from '../app/load-model.ts'
import { triggerOf } from '../contract/config.ts'
import { loadConfig } from '../io/config-file.ts'

export function checkCommand(): Command {
  return new Command('check')
    .description('validate configuration and model without touching the network; all faults at once, with file and line')
    .option('--config <file>', 'configuration', 'stations.yaml')
    .action(async ({ config: file }: { config: string }) => {
      const config = loadConfig(file)
      const model = await loadModel(config.model, config.engine)
      checkConfigFits(config, model.card)
      const instruments = config.servers.flatMap(({ stations }) => stations)
      const lines = [
        `configuration ${file}: ok, ${config.servers.length} servers, ${instruments.length} instruments`,
        `model ${model.id}: ok, ${model.card.windowLength} samples at ${model.card.sampleRate} Hz, engine ${model.engine}`,
        ...instruments.map((instrument) => {
          const { on, off, minimumSeconds } = triggerOf(config, instrument)
          return `  ${instrument}: trigger on ${on}, off ${off}, at least ${minimumSeconds} s`
        }),
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
    })
}
