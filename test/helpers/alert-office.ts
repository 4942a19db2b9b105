import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AlertDesk } from '../../src/app/alerts/alert-desk.ts'
import { alertPlanner } from '../../src/app/alerts/alert-planner.ts'
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts'
import type { AlertMessage } from '../../src/contract/alert.ts'
import type { Config } from '../../src/contract/config.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { openHooks } from '../../src/io/alerts/open-hooks.ts'
import { formatFault } from '../../src/io/config/config-fault.ts'
import { parseConfig } from '../../src/io/config-file.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'

export interface AlertOffice {
  readonly config: Config
  readonly store: Store
  readonly desk: AlertDesk
  readonly problems: Problem[]
  close(): Promise<void>
}

/** Store, hooks and couriers as `run` has them, without a pipeline. @param text of the configuration, without its model */
export function openOffice(folder: string, text: string, environment: Record<string, string> = {}): AlertOffice {
  mkdirSync(folder, { recursive: true })
  const config = configOf(folder, text, environment)
  const problems: Problem[] = []
  const onProblem = (problem: Problem) => void problems.push(problem)
  const planner = alertPlanner(config)
  const store = openStore(join(folder, 'quakewire.db'), {
    clock: SYSTEM_CLOCK,
    keepScoresDays: 30,
    maximumMegabytes: 1000,
    strideSeconds: 1,
    planner,
    onProblem,
  })
  const hooks = openHooks(config, environment, SYSTEM_CLOCK)
  const desk = new AlertDesk({ hooks, config, planner, outbox: store.outbox, clock: SYSTEM_CLOCK, onProblem })
  desk.start()
  return {
    config,
    store,
    desk,
    problems,
    close: async () => {
      await desk.stop()
      store.close()
    },
  }
}

export function configOf(folder: string, text: string, environment: Record<string, string> = {}): Config {
  const { config, faults } = parseConfig(`model: m\n${text}`, { file: join(folder, 'stations.yaml'), environment })
  if (!config) throw new Error(faults.map((fault) => formatFault('stations.yaml', fault)).join('\n'))
  return config
}

/** A plausible alert, to try a hook with. */
export function exampleAlert(changes: Partial<AlertMessage> = {}): AlertMessage {
  return {
    type: 'alert',
    key: 'CI_CLC_00_HH-1|open|rule|hook',
    rule: 'rule',
    severity: 'warning',
    kind: 'detection',
    subject: 'CI_CLC_00_HH-1',
    state: 'open',
    phase: 'begin',
    isUpdate: false,
    isEscalation: false,
    time: '2019-07-04T17:33:49.000000Z',
    stations: ['CI_CLC'],
    instruments: ['CI_CLC_00_HH'],
    score: 0.97,
    title: 'Earthquake at CI_CLC',
    plannedAt: '2019-07-04T17:33:55.000000Z',
    sentAt: '2019-07-04T17:33:55.100000Z',
    attempt: 1,
    details: null,
    ...changes,
  }
}
