import type { Problem } from '../../src/domain/problem.ts'
import type { LinkState, SeedlinkClientOptions, StateChange } from '../../src/io/seedlink/index.ts'
import { SeedlinkClient } from '../../src/io/seedlink/index.ts'

export interface RecordedPacket {
  readonly station: string
  readonly sequence: number
  readonly length: number
}

/** A client that writes down everything it is told, and can be waited for without a clock. */
export class RecordedClient {
  readonly packets: RecordedPacket[] = []
  readonly changes: StateChange[] = []
  readonly problems: Problem[] = []
  ends = 0
  readonly client: SeedlinkClient
  #waiting: { isTrue: () => boolean; resolve: () => void }[] = []

  constructor(options: Pick<SeedlinkClientOptions, 'url' | 'stations'> & Partial<SeedlinkClientOptions>) {
    const { timings, ...rest } = options
    this.client = new SeedlinkClient({
      clock: { now: () => 1_700_000_000_000_000 },
      random: () => 0.5,
      timings: { firstDelaySeconds: 0.01, longestDelaySeconds: 0.05, ...timings },
      onPacket: (packet) => {
        this.packets.push({ station: packet.stationId ?? '', sequence: Number(packet.sequence), length: packet.bytes.length })
        this.#look()
      },
      onState: (change) => {
        this.changes.push(change)
        this.#look()
      },
      onEnd: () => {
        this.ends += 1
        this.#look()
      },
      onProblem: (problem) => {
        this.problems.push(problem)
        this.#look()
      },
      ...rest,
    })
    this.client.start()
  }

  /** Resolves when the condition holds; looked at after every packet, state, end and problem. */
  until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ isTrue, resolve }))
  }

  untilLink(kind: LinkState['kind']): Promise<void> {
    return this.until(() => this.client.state.kind === kind)
  }

  /** Kinds of the link's states, in order. */
  get links(): string[] {
    return this.changes.flatMap((change) => (change.scope === 'link' ? [change.state.kind] : []))
  }

  get sequences(): number[] {
    return this.packets.map((packet) => packet.sequence)
  }

  #look(): void {
    const ready = this.#waiting.filter(({ isTrue }) => isTrue())
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting))
    for (const { resolve } of ready) resolve()
  }
}
