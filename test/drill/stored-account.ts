import type { ChannelLedgerState } from '../../src/app/channel-ledger.ts'
import type { StationState } from '../../src/app/pipeline-state.ts'
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts'
import type { TraceGap } from '../../src/domain/trace-gap.ts'
import { openStore } from '../../src/io/store/store.ts'

/** What a monitor's store says of the data that it accepted. */
export interface StoredAccount {
  readonly gaps: readonly TraceGap[]
  readonly causes: Readonly<Record<string, number>>
  /** Number and checksum of the samples, by channel. */
  readonly channels: ReadonlyMap<string, string>
}

const LEDGER = 'ledger '

/** Reads the store of a monitor that has stopped. */
export function storedAccount(file: string): StoredAccount {
  const options = { clock: SYSTEM_CLOCK, keepScoresDays: 36_500, maximumMegabytes: 65_536, strideSeconds: 1, onProblem() {} }
  const store = openStore(file, options)
  try {
    const states = [...store.checkpoints().values()].flatMap((state) => Object.entries(state as StationState))
    const channels = states.flatMap(([name, state]) => {
      if (!name.startsWith(LEDGER)) return []
      const { samples, checksum } = state as ChannelLedgerState
      return [[name.slice(LEDGER.length), `${samples} ${checksum}`] as const]
    })
    const gaps = store.gaps({ from: -Number.MAX_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER, limit: 1e9 })
    return { gaps, causes: store.gapCounts(), channels: new Map(channels) }
  } finally {
    store.close()
  }
}
