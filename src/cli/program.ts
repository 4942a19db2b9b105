import { Command, CommanderError } from 'commander'
import { MonitorError } from '../domain/errors.ts'
import { version } from '../io/version.ts'
import { exitCodeOf } from './exit-code.ts'

/** In the order of the help. Only the one that is called is loaded, with the packages that it needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  replay: async () => (await import('./replay.ts')).replayCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  synth: async () => (await import('./synth.ts')).synthCommand(),
  train: async () => (await import('./train.ts')).trainCommand(),
  evaluate: async () => (await import('./evaluate.ts')).evaluateCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  'optimise-input': async () => (await import('./optimise-input.ts')).optimiseInputCommand(),
  calibrate: async () => (await import('./calibrate.ts')).calibrateCommand(),
  dataset: async () => (await import('./dataset.ts')).datasetCommand(),
  check: async () => (await import('./check.ts')).checkCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  drill: async () => (await import('./drill.ts')).drillCommand(),
  alerts: async () => (await import('./alerts.ts')).alertsCommand(),
  bench: async () => (await import('./bench.ts')).benchCommand(),
}

/**
 * Runs the command that `argv` names.
 *
 * @returns the exit code; expected errors are one line on stderr, defects their stack
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  try {
    const command = await program(argv[2])
    await command.parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`${error instanceof MonitorError ? `quakewire: ${error.message}` : describeDefect(error)}\n`)
    return exitCodeOf(error)
  }
}

async function program(called: string | undefined): Promise<Command> {
  const command = new Command('quakewire')
    .description('Streaming real-time seismic monitor: SeedLink in, explained earthquake detections out')
    .version(version())
    .showHelpAfterError('(--help lists commands and options)')
    .addHelpText('after', '\nExit codes: 0 ok, 2 usage or configuration, 3 connection, 4 model, 5 store')
  const load = called !== undefined && Object.hasOwn(COMMANDS, called) ? COMMANDS[called] : undefined
  const commands = await Promise.all((load ? [load] : Object.values(COMMANDS)).map((each) => each()))
  for (const each of [command, ...commands]) each.exitOverride()
  for (const each of commands) command.addCommand(each)
  return command
}

function describeDefect(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `quakewire: this is a defect, please report it with the lines below\n${text}`
}
