import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MODEL, defaultConfig } from '../../src/app/default-config.ts'
import { loadModel } from '../../src/app/load-model.ts'
import { replayArchive } from '../../src/app/replay-archive.ts'
import { archiveNoise, archiveSha256 } from '../../src/app/training/archive-noise.ts'
import { fitsInside, windowOf } from '../../src/app/training/grid-trace.ts'
import { channel, scratchFolder, writeFiles } from '../helpers/archive-files.ts'

describe('archiveNoise', () => {
  it('gives every window that a replay scores, bit for bit, in one trace', async () => {
    const folder = archive()
    const traces = await archiveNoise(folder, { gridRate: 20, windowLength: 501 }, fail)
    const windows = await replayedWindows(folder)
    expect(windows.length).toBeGreaterThan(120)
    let shared = 0
    for (const { firstIndex, samples } of windows) {
      const holders = traces.filter((trace) => fitsInside(trace, firstIndex, 501))
      expect(holders.length).toBeGreaterThanOrEqual(1)
      if (holders.length > 1) shared++
      expect(Buffer.from(windowOf(holders[0]!, firstIndex, 501).slice().buffer).equals(Buffer.from(samples.buffer))).toBe(true)
    }
    expect(shared).toBe(0)
    expect(traces.map(({ label }) => [label.category, label.dataset])).toEqual(traces.map(() => ['noise', 'town']))
    // A piece is 60 s and the window that begins last in it; the gap cuts between pieces, too.
    expect(traces.map(({ length }) => length > 1700)).toContain(false)
    expect(Math.max(...traces.map(({ length }) => length))).toBe(1200 + 500)
  })

  it('is described by the bytes of its files', async () => {
    const [one, same] = [archive(), archive()]
    expect(await archiveSha256(one)).toBe(await archiveSha256(same))
    writeFiles(same, { 'more.mseed': channel('FDSN:XX_T__H_H_Z', 500, 300) })
    expect(await archiveSha256(one)).not.toBe(await archiveSha256(same))
  })
})

/** Three components of 130 s, and of 70 s after a gap. */
function archive(): string {
  const folder = join(scratchFolder(), 'town')
  for (const component of ['Z', 'N', 'E']) {
    const id = `FDSN:XX_T__H_H_${component}`
    writeFiles(folder, { [`${component}.mseed`]: [...channel(id, 0.013, 13_000), ...channel(id, 200.5, 7000)] })
  }
  return folder
}

async function replayedWindows(folder: string) {
  const windows: { firstIndex: number; samples: Float64Array }[] = []
  await replayArchive({
    paths: [folder],
    config: defaultConfig(),
    model: await loadModel(DEFAULT_MODEL, 'builtin'),
    speed: 'max',
    onMessages: () => {},
    onStreams: ({ scores$ }) =>
      scores$.subscribe((piece) => {
        if (piece.kind === 'scored') windows.push({ firstIndex: piece.window.firstIndex, samples: piece.window.samples.slice() })
      }),
    onProblem: fail,
  })
  return windows
}

function fail(problem: { message: string }): never {
  throw new Error(problem.message)
}
