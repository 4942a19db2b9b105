import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultConfig } from '../../src/app/default-config.ts'
import { archivedWindow } from '../../src/app/explain-archive.ts'
import { storedWindow } from '../../src/app/explain-detection.ts'
import { type ExplainedModel, loadExplainedModel } from '../../src/app/explain-model.ts'
import { replayArchive } from '../../src/app/replay-archive.ts'
import type { DetectionWire } from '../../src/contract/detection.ts'
import type { InstrumentId } from '../../src/domain/source-id.ts'
import type { Micros } from '../../src/domain/time.ts'
import { referencePath } from '../helpers/reference.ts'
import { seededRandom } from '../helpers/signals.ts'

const MOMENTS = 6

describe.each(['ridgecrest_2019-07-04', 'hengill_2018-12-30', 'teleseism_tohoku_2011-03-11'])('%s', (name) => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-explain-'))
  const database = join(folder, 'store.db')
  const config = defaultConfig()
  const paths = [referencePath('data/continuous', name)]
  const onProblem = () => {}
  const scored: { instrument: InstrumentId; score: number; startTime: Micros; sum: number }[] = []
  const detections = new Map<string, DetectionWire>()
  let model: ExplainedModel

  beforeAll(async () => {
    model = await loadExplainedModel(config.model)
    await replayArchive({
      paths,
      config,
      model,
      speed: 'max',
      database,
      onProblem,
      onMessages: (messages) => {
        for (const message of messages) detections.set(message.id, message)
      },
      onStreams: ({ scores$ }) =>
        scores$.subscribe((piece) => {
          if (piece.kind === 'gap') return
          const { instrument, score, window } = piece
          scored.push({ instrument, score, startTime: window.startTime, sum: sumOf(window.samples) })
        }),
    })
  }, 120_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has the window and the score of the replay at any moment, bit for bit', async () => {
    const random = seededRandom(5)
    for (let i = 0; i < MOMENTS; i++) {
      const { instrument, score, startTime, sum } = scored[Math.floor(random() * scored.length)]!
      const at = startTime + 25_000_000
      const { origin } = await archivedWindow({ paths, at, instrument, config, model, onProblem })
      expect(origin).toMatchObject({ instrument, score, startTime, endTime: at })
      expect(sumOf(origin!.samples)).toBe(sum)
    }
  })

  it('gives every stored detection its score again, bit for bit', () => {
    for (const { id, peak, instrument } of detections.values()) {
      const { origin, isUsable } = storedWindow(database, id, model)
      expect({ isUsable, instrument: origin?.instrument, score: origin?.score }).toEqual({
        isUsable: true,
        instrument,
        score: peak.score,
      })
    }
    if (name.startsWith('ridgecrest')) expect(detections.size).toBeGreaterThan(80)
  })
})

function sumOf(samples: Float64Array): number {
  return samples.reduce((sum, value) => sum + value, 0)
}
