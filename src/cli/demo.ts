import { Command, Option } from 'commander'
import { startDemo } from '../app/demo.ts'
import { DEFAULT_LISTEN, type ListenAddress, parseListen } from '../contract/config.ts'
import { untilInterrupted } from './interruption.ts'
import { parseAddress, parseFiniteSpeed } from './options.ts'
import { problemLog } from './problem-log.ts'
import { progressBar } from './progress.ts'

export function demoCommand(): Command {
  return new Command('demo')
    .description('synthetic earthquakes through a real local SeedLink server into the live monitor, in a scratch database')
    .addOption(
      new Option('--listen <address:port>', 'dashboard; port 0 takes a free one')
        .default(parseListen(DEFAULT_LISTEN), DEFAULT_LISTEN)
        .argParser(parseAddress),
    )
    .addOption(new Option('--speed <n>', 'times real time').default(1).argParser(parseFiniteSpeed))
    .action(run)
}

async function run({ listen, speed }: { listen: ListenAddress; speed: number }): Promise<void> {
  const interruption = untilInterrupted()
  const bar = progressBar('synth')
  const monitor = await startDemo({
    listen,
    speed,
    onStep: (text) => {
      bar.finish()
      process.stdout.write(`Quakewire demo: ${text}\n`)
    },
    onProgress: (share) => bar.update(share),
    onProblem: problemLog(),
  })
  process.stdout.write(
    `\n  Open ${monitor.url}\n\nTraces scroll at once, the first detection comes within a minute. Ctrl-C ends the demo.\n`,
  )
  await interruption.interrupted
  await monitor.stop()
  interruption.release()
}
