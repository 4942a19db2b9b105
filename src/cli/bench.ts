import { Command, InvalidArgumentError } from 'commander'
import { benchAll, type MemoryOptions } from '../app/bench/bench-all.ts'

export function benchCommand(): Command {
  return new Command('bench')
    .description(
      'what this machine reaches, side by side: decoding, signal, network, training, whole pipeline and where its time goes',
    )
    .option(
      '--memory <stations×hours>',
      'also run so many stations for so long and watch memory, such as 100x24 (minutes)',
      parseMemory,
    )
    .option('--json', 'one JSON object on stdout')
    .action(async ({ json, memory }: { json?: true; memory?: MemoryOptions }) => {
      const report = await benchAll(json ? () => {} : (line) => process.stdout.write(`${line}\n`), memory)
      if (json) process.stdout.write(`${JSON.stringify(report)}\n`)
    })
}

function parseMemory(text: string): MemoryOptions {
  const match = /^(\d+)[x×](\d+(?:\.\d+)?)$/.exec(text)
  if (!match) throw new InvalidArgumentError(`expected stations x hours such as 100x24, got ${text}`)
  return { stations: Number(match[1]), hours: Number(match[2]) }
}
