import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultConfig } from '../../src/app/default-config.ts'
import { type LoadedModel, loadModel } from '../../src/app/load-model.ts'
import { replayArchive } from '../../src/app/replay-archive.ts'
import { demoScenario } from '../../src/app/synth/demo-scenario.ts'
import { stationName } from '../../src/app/synth/scenario.ts'
import { writeArchive } from '../../src/app/synth/write-archive.ts'
import type { DetectionWire } from '../../src/contract/detection.ts'

/** Until the demo's first earthquake is over everywhere. */
const SECONDS = 100

describe('the first earthquake of the demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-demo-detections-'))
  let model: LoadedModel

  beforeAll(async () => {
    writeArchive({ ...demoScenario(), durationSeconds: SECONDS }, folder)
    model = await loadModel(defaultConfig().model, 'builtin')
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function detectionsWith(
    trigger: Partial<ReturnType<typeof defaultConfig>['trigger']>,
    by = model,
  ): Promise<DetectionWire[]> {
    const base = defaultConfig()
    const detections = new Map<string, DetectionWire>()
    await replayArchive({
      paths: [join(folder, 'sds')],
      config: { ...base, trigger: { ...base.trigger, ...trigger } },
      model: by,
      speed: 'max',
      onMessages: (messages) => {
        for (const message of messages) detections.set(message.id, message)
      },
      onProblem: () => {},
    })
    return [...detections.values()]
  }

  const stations = demoScenario().stations.map(stationName).sort()

  it('is told once by every station', async () => {
    expect((await detectionsWith({})).map(({ station }) => station).sort()).toEqual(stations)
  })

  it('is told once by every station also where the score of one dips between P and S, as that of the network alone does', async () => {
    const { onset: _weighed, ...card } = model.card
    const { second: _asked, ...first } = model
    const alone = { ...first, card }
    const strict = { on: 0.985, off: 0.9845, minimumSeconds: 1 }
    const twice = (await detectionsWith({ ...strict, holdSeconds: 0 }, alone)).filter(({ station }) => station === 'XX_CEDAR')
    expect(twice).toHaveLength(2)
    const once = await detectionsWith(strict, alone)
    expect(once.map(({ station }) => station).sort()).toEqual(stations)
    const cedar = once.find(({ station }) => station === 'XX_CEDAR')
    expect(cedar?.onset).toEqual(twice[0]?.onset)
    expect(Date.parse(cedar?.off ?? '') - Date.parse(cedar?.on ?? '')).toBeGreaterThan(20_000)
  })
})
