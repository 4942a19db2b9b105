import { Command, Option } from 'commander'
import { ProblemCounter } from '../app/problem-counter.ts'
import { serveArchive } from '../app/serve.ts'
import type { ListenAddress } from '../contract/config.ts'
import type { OnProblem } from '../domain/problem.ts'
import { formatNanos } from '../domain/time.ts'
import { untilInterrupted } from './interruption.ts'
import { parseAddress, parseSpeed } from './options.ts'
import { problemLog } from './problem-log.ts'
import { progressBar } from './progress.ts'

const ABOUT = [
  'A SeedLink 3.1 and 4.0 server over archived miniSEED (files, folders, SDS), in data-time order whatever the order of the files.',
  'The playback stands still until the first client streams, so that a monitor that connects sees the archive from its first record. Data time then runs at --speed times real time, and a record is sent once the time of its last sample is reached. A client that comes later starts at the playback position unless it names a sequence number or a time. With --speed max nothing waits: every client gets the whole archive as fast as it reads.',
  'A client that has got everything is sent END; its connection stays open. Sequence numbers count the records of the archive from 1 and so survive a restart of the server over the same files; the playback then goes on at the number that the first client asks for.',
  'v3 clients get 512-byte miniSEED 2 (other records are repacked), v4 clients the records as they are. A client that reads nothing for 10 seconds is cut (not with --speed max).',
].join('\n\n')

interface ServeCommandOptions {
  readonly listen: ListenAddress
  readonly speed: number | 'max'
  readonly now: boolean
  readonly loop: boolean
}

/** `quakewire serve PATH…` */
export function serveCommand(): Command {
  return new Command('serve')
    .summary('a SeedLink server over archived miniSEED')
    .description(ABOUT)
    .argument('<path...>', 'miniSEED files or folders; what is no miniSEED is counted and passed over')
    .addOption(
      new Option('--listen <address:port>', 'port 0 takes a free one')
        .default({ host: '127.0.0.1', port: 18_000 }, '127.0.0.1:18000')
        .argParser(parseAddress),
    )
    .addOption(new Option('--speed <n|max>', 'times real time').default(1).argParser(parseSpeed))
    .option('--now', 'shift all times by whole seconds so that playback begins at the present', false)
    .option('--loop', 'begin again after the last record, with times and numbers that go on', false)
    .action(serve)
}

async function serve(paths: string[], { listen, speed, now, loop }: ServeCommandOptions): Promise<void> {
  const bar = progressBar('indexing')
  const interruption = untilInterrupted()
  const problems = new ProblemCounter()
  let onProblem: OnProblem = problems.add
  const server = await serveArchive({
    paths,
    listen,
    speed: speed === 'max' ? Number.POSITIVE_INFINITY : speed,
    isNow: now,
    isLoop: loop,
    onProgress: ({ bytes, totalBytes }) => bar.update(totalBytes === 0 ? 1 : bytes / totalBytes),
    onProblem: (problem) => onProblem(problem),
  }).finally(() => bar.finish())
  const { recordCount, streams, startTime = 0n, endTime = 0n } = server.archive
  say(`${recordCount} records of ${streams.length} channels, ${formatNanos(startTime)} to ${formatNanos(endTime)}`)
  say(...problems.lines())
  onProblem = problemLog()
  say(`SeedLink server at ${server.host}:${server.port} (Ctrl-C stops it)`)
  await interruption.interrupted
  interruption.release()
  await server.close()
}

function say(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`)
}
