import type {
  SettingsAnswer,
  SettingsChange,
  SettingsProposal,
  WhatIfAnswer,
  WhatIfEvents,
  WhatIfRequest,
  WhatIfSweep,
} from '../contract/what-if.ts'

/** Other settings of trigger and coincidence on the stored scores. */
export interface WhatIfView {
  /** @throws {UsageError} for settings that a configuration may not have, and for too much at once */
  answer(request: WhatIfRequest): Promise<WhatIfAnswer>
  /** @throws {UsageError} */
  events(request: WhatIfRequest): Promise<WhatIfEvents>
  /** @throws {UsageError} */
  sweep(request: WhatIfRequest): Promise<WhatIfSweep>
}

type Change = Omit<SettingsChange, 'hash'>

/** Trigger and coincidence in the configuration file; changes throw an HttpError NOT_FOUND when the monitor runs without one. */
export interface SettingsView {
  /** @throws {ConfigError} when the file cannot be read or has faults */
  read(): SettingsAnswer
  /** @throws {ConfigError} when the file would have faults, or says it in a way that cannot be changed here */
  propose(change: Change): SettingsProposal
  /** @throws {HttpError} CONFLICT when the file is not the one with this hash any more {ConfigError} */
  write(change: Change, hash: string): SettingsProposal
}
