import { Command, CommanderError } from 'commander'
import { MonitorError } from '../domain/errors.ts'
import { version } from '../io/version.ts'
import { alertsCommand } from './alerts.ts'
import { benchCommand } from './bench.ts'
import { calibrateCommand } from './calibrate.ts'
import { checkCommand } from './check.ts'
import { datasetCommand } from './dataset.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { evaluateCommand } from './evaluate.ts'
import { exitCodeOf } from './exit-code.ts'
import { explainCommand } from './explain.ts'
import { optimiseInputCommand } from './optimise-input.ts'
import { replayCommand } from './replay.ts'
import { runCommand } from './run.ts'
import { serveCommand } from './serve.ts'
import { synthCommand } from './synth.ts'
import { trainCommand } from './train.ts'

/**
 * Runs the command that `argv` names.
 *
 * @returns the exit code; expected errors are one line on stderr, defects their stack
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`${error instanceof MonitorError ? `quakewire: ${error.message}` : describeDefect(error)}\n`)
    return exitCodeOf(error)
  }
}

function program(): Command {
  const command = new Command('quakewire')
    .description('Streaming real-time seismic monitor: SeedLink in, explained earthquake detections out')
    .version(version())
    .showHelpAfterError('(--help lists commands and options)')
    .addHelpText('after', '\nExit codes: 0 ok, 2 usage or configuration, 3 connection, 4 model, 5 store')
  const commands = [
    runCommand(),
    demoCommand(),
    replayCommand(),
    serveCommand(),
    synthCommand(),
    trainCommand(),
    evaluateCommand(),
    explainCommand(),
    optimiseInputCommand(),
    calibrateCommand(),
    datasetCommand(),
    checkCommand(),
    doctorCommand(),
    alertsCommand(),
    benchCommand(),
  ]
  for (const each of [command, ...commands]) each.exitOverride()
  for (const each of commands) command.addCommand(each)
  return command
}

function describeDefect(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `quakewire: this is a defect, please report it with the lines below\n${text}`
}
