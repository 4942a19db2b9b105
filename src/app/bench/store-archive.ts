import { rmSync } from 'node:fs'
import type { Config } from '../../contract/config.ts'
import type { DetectionWire } from '../../contract/detection.ts'
import type { LoadedModel } from '../load-model.ts'
import { replayArchive } from '../replay-archive.ts'

export interface StoreRun {
  /** An SDS folder. */
  readonly archive: string
  readonly config: Config
  readonly model: LoadedModel
  /** A new one each time. */
  readonly database: string
}

/** The whole pipeline, miniSEED files to stored detections. @returns what became public */
export async function storeArchive({ archive, config, model, database }: StoreRun): Promise<DetectionWire[]> {
  rmSync(database, { force: true })
  const published: DetectionWire[] = []
  await replayArchive({
    paths: [archive],
    config,
    model,
    speed: 'max',
    database,
    onMessages: (messages) => published.push(...messages),
    onProblem() {},
  })
  return published
}
