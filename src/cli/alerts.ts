import { Command, InvalidArgumentError, Option } from 'commander'
import { SYSTEM_CLOCK } from '../app/system-clock.ts'
import { DELIVERY_STATES, type Delivery, type DeliveryState } from '../contract/alert.ts'
import { UsageError } from '../domain/errors.ts'
import { loadConfig } from '../io/config-file.ts'
import { openOutbox } from '../io/store/open-outbox.ts'
import type { Outbox } from '../io/store/outbox.ts'

interface CommonOptions {
  readonly config: string
  readonly db?: string
}

interface ListOptions extends CommonOptions {
  readonly state?: DeliveryState
  readonly hook?: string
  readonly limit: number
  readonly json?: true
}

/** Alerts in the store, also while the monitor runs. */
export function alertsCommand(): Command {
  const command = new Command('alerts').description('what became of alerts; send dead letters again; acknowledge')
  const list = new Command('list')
    .description('newest first')
    .addOption(new Option('--state <state>', 'only those').choices([...DELIVERY_STATES]))
    .option('--hook <name>', 'only of this hook')
    .option('--limit <count>', 'at most so many', parseCount, 50)
    .option('--json', 'one object per line')
    .action((options: ListOptions) => withOutbox(options, (outbox) => printList(outbox, options)))
  const resend = new Command('resend')
    .description('send dead letters again: those of these numbers, or all; the running monitor does it within seconds')
    .argument('[number...]', 'numbers as `list` shows them')
    .option('--hook <name>', 'only of this hook')
    .action((numbers: string[], options: CommonOptions & { hook?: string }) =>
      withOutbox(options, (outbox) => {
        const which = numbers.length === 0 ? {} : { numbers: numbers.map(parseCount) }
        process.stdout.write(`${outbox.resend({ ...which, hook: options.hook })} alerts are sent again\n`)
      }),
    )
  const acknowledge = new Command('acknowledge')
    .description('somebody takes care: nobody else is called')
    .argument('<subject>', 'the detection, event or outage')
    .requiredOption('--by <name>', 'who')
    .action((subject: string, options: CommonOptions & { by: string }) =>
      withOutbox(options, (outbox) => {
        if (!outbox.acknowledge(subject, options.by)) {
          throw new UsageError(
            `alerts: expected a subject that somebody was told of, got ${subject}; \`quakewire alerts list\` shows them`,
          )
        }
        process.stdout.write(`${subject}: acknowledged by ${options.by}\n`)
      }),
    )
  for (const each of [list, resend, acknowledge]) {
    each
      .option('--config <file>', 'configuration that names the store', 'stations.yaml')
      .option('--db <file>', 'the store itself')
    each.exitOverride()
    command.addCommand(each)
  }
  return command
}

function withOutbox({ config, db }: CommonOptions, action: (outbox: Outbox) => void): void {
  const { outbox, close } = openOutbox(db ?? loadConfig(config).store.file, SYSTEM_CLOCK)
  try {
    action(outbox)
  } finally {
    close()
  }
}

function printList(outbox: Outbox, { state, hook, limit, json }: ListOptions): void {
  for (const delivery of outbox.deliveries({ state, hook, limit })) {
    process.stdout.write(`${json ? JSON.stringify(delivery) : lineOf(delivery)}\n`)
  }
}

function lineOf({ number, state, hook, rule, plannedAt, attempts, title, subject, error }: Delivery): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`
  const why = error === null ? '' : `\n    ${error}`
  return `${number} ${state} ${plannedAt.slice(0, 19)}Z ${rule} → ${hook}, ${tries}: ${title} [${subject}]${why}`
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(`expected a whole number above 0, got ${text}`)
  return Number(text)
}
