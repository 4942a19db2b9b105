import { join } from 'node:path'
import { buildScenario, DEFAULT_SCENARIO, type ScenarioOptions } from '../../src/app/synth/build-scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import { instrumentIdOf } from '../../src/domain/source-id.ts'
import { openArchive } from '../../src/io/archive/index.ts'

export interface LiveArchive {
  /** Of its miniSEED files, for `serve` and `replay`. */
  readonly folder: string
  /** `stations.yaml` with the coordinates, for events. */
  readonly config: string
  readonly instruments: string[]
}

/** Writes what `quakewire synth` writes into a folder. */
export async function liveArchive(folder: string, scenario: Partial<ScenarioOptions>): Promise<LiveArchive> {
  writeArchive(buildScenario({ ...DEFAULT_SCENARIO, ...scenario }), folder)
  const sds = join(folder, 'sds')
  return { folder: sds, config: join(folder, 'stations.yaml'), instruments: await instrumentsOf(sds) }
}

export async function instrumentsOf(archive: string): Promise<string[]> {
  const opened = await openArchive([archive], { onProblem() {} })
  opened.close()
  return [...new Set(opened.streams.map(({ sourceId }) => instrumentIdOf(sourceId)))]
}
