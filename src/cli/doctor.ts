import { join } from 'node:path'
import { Command } from 'commander'
import { doctor } from '../app/doctor.ts'
import { SYSTEM_CLOCK } from '../app/system-clock.ts'
import { exitCodeOf } from './exit-code.ts'

/** The same from the sources and from the built program. */
const WEB_ROOT = join(import.meta.dirname, '../../dist/web')

interface DoctorCommandOptions {
  readonly config: string
  readonly timeServer: string
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'try everything a monitor needs: configuration, model, disk, clock, each server, each hook (a test message), the page',
    )
    .option('--config <file>', 'configuration', 'stations.yaml')
    .option('--time-server <host>', 'SNTP server to compare the clock with', 'pool.ntp.org')
    .addHelpText('after', '\nThe exit code is that of the first FAIL; SKIP is none.')
    .action(async ({ config, timeServer }: DoctorCommandOptions) => {
      const findings = doctor({ file: config, environment: process.env, clock: SYSTEM_CLOCK, timeServer, webRoot: WEB_ROOT })
      let exitCode = 0
      for await (const { name, result, text, error } of findings) {
        process.stdout.write(`${result} ${name}: ${text}\n`)
        if (result === 'FAIL' && exitCode === 0) exitCode = error === undefined ? 2 : exitCodeOf(error)
      }
      process.exitCode = exitCode
    })
}
