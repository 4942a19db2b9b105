import { Command } from 'commander'
import { runMonitor } from '../app/run-monitor.ts'
import { SYSTEM_CLOCK } from '../app/system-clock.ts'
import { UsageError } from '../domain/errors.ts'
import { loadConfig } from '../io/config-file.ts'
import { untilInterrupted } from './interruption.ts'
import { problemLog } from './problem-log.ts'

export function runCommand(): Command {
  return new Command('run')
    .description('live monitor: SeedLink servers → detections, dashboard, feed and store, until SIGINT or SIGTERM')
    .option('--config <file>', 'configuration', 'stations.yaml')
    .addHelpText(
      'after',
      '\nWhere it was stopped or killed it goes on at the next start: with the next packet of each server, if the server still has it.',
    )
    .action(run)
}

async function run({ config: file }: { config: string }): Promise<void> {
  const config = loadConfig(file)
  if (config.servers.length === 0) {
    throw new UsageError(`run: expected at least one server in ${file}, got none; add servers, or try \`quakewire demo\``)
  }
  const interruption = untilInterrupted()
  const monitor = await runMonitor({ config, mode: 'live', clock: SYSTEM_CLOCK, onProblem: problemLog() })
  const instruments = config.servers.reduce((sum, { stations }) => sum + stations.length, 0)
  process.stdout.write(
    `Quakewire watches ${instruments} instruments on ${config.servers.length} servers\nDashboard: ${monitor.url}\n`,
  )
  await interruption.interrupted
  process.stdout.write('Stopping: storing how far everything has come\n')
  await monitor.stop()
  interruption.release()
}
