import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { Subject } from 'rxjs'
import { DEFAULT_MERGE } from '../../contract/config.ts'
import { gridIndexToMicros } from '../../domain/grid.ts'
import type { Packet } from '../../domain/packet.ts'
import { FORGETFUL_STATE } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { stationOfInstrument, subsourceOf } from '../../domain/source-id.ts'
import { COMPONENTS, type Frame } from '../../domain/window.ts'
import { openArchive } from '../../io/archive/index.ts'
import { assembleThreeComponents } from '../../pipeline/assemble-three-components.ts'
import { decodeMiniseed } from '../../pipeline/decode-miniseed.ts'
import { mergeTraces } from '../../pipeline/merge-traces.ts'
import { perChannel } from '../../pipeline/per-channel.ts'
import { perStation } from '../../pipeline/per-station.ts'
import { resampleTo } from '../../pipeline/resample-to.ts'
import { componentOf } from '../../signal/component-assembler.ts'
import type { GridTrace } from './grid-trace.ts'

/** Traces are this long besides the window with which they overlap, so that hours weigh as much as as many labelled minutes. */
const PIECE_SECONDS = 60
/** What they are called in the balance and for mining. */
export const ARCHIVE_NOISE_KIND = 'archive'

/**
 * Continuous miniSEED that is known to hold no earthquake, as noise traces: through the pipeline's own stages up to the grid.
 * Every window of the data lies in exactly one trace, except for the rows that pieces share.
 *
 * @param path file or folder; its last part is the name of the dataset
 * @param windowLength rows
 */
export async function archiveNoise(
  path: string,
  { gridRate, windowLength }: { readonly gridRate: number; readonly windowLength: number },
  onProblem: OnProblem,
): Promise<GridTrace[]> {
  const archive = await openArchive([path], { onProblem })
  const packets$ = new Subject<Packet>()
  const runs: { first: Frame; parts: Float64Array[]; rows: number }[] = []
  const open = new Map<string, (typeof runs)[number]>()
  packets$
    .pipe(
      decodeMiniseed((sourceId) => componentOf(subsourceOf(sourceId)) !== undefined, onProblem),
      perChannel((record$, sourceId) =>
        record$.pipe(
          mergeTraces(sourceId, { horizonSeconds: DEFAULT_MERGE.horizonSeconds, onProblem }, FORGETFUL_STATE, () => {}),
          resampleTo(sourceId, { gridRate, onProblem }, FORGETFUL_STATE),
        ),
      ),
      perStation((grid$, instrument) =>
        grid$.pipe(assembleThreeComponents(instrument, { gridRate, missing: 'wait', onProblem }, FORGETFUL_STATE)),
      ),
    )
    .subscribe((piece) => {
      if (piece.kind === 'gap') {
        open.delete(piece.instrument)
        return
      }
      let run = open.get(piece.instrument)
      if (run === undefined || run.first.firstIndex + run.rows !== piece.firstIndex) {
        run = { first: piece, parts: [], rows: 0 }
        runs.push(run)
        open.set(piece.instrument, run)
      }
      run.parts.push(piece.samples.slice())
      run.rows += piece.samples.length / COMPONENTS.length
    })
  try {
    for (const { bytes, path: origin, offset } of archive.records()) packets$.next({ bytes, origin, sequence: BigInt(offset) })
    packets$.complete()
  } finally {
    archive.close()
  }
  return runs.flatMap(({ first, parts, rows }) =>
    cutRun(basename(path), first, joined(parts, rows), { pieceRows: PIECE_SECONDS * gridRate, windowLength, gridRate }),
  )
}

/** Hash of the bytes of the files, in the order of their paths. */
export async function archiveSha256(path: string): Promise<string> {
  const archive = await openArchive([path], { onProblem: () => {} })
  const files = [...new Set([...archive.records()].map((record) => record.path))].sort()
  archive.close()
  const hash = createHash('sha256')
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function cutRun(
  dataset: string,
  { instrument, firstIndex }: Frame,
  samples: Float64Array,
  { pieceRows, windowLength, gridRate }: { pieceRows: number; windowLength: number; gridRate: number },
): GridTrace[] {
  const rows = samples.length / COMPONENTS.length
  const count = Math.max(0, Math.ceil((rows - windowLength + 1) / pieceRows))
  return Array.from({ length: count }, (_, piece) => {
    const from = piece * pieceRows
    const to = Math.min(rows, from + pieceRows + windowLength - 1)
    return {
      label: {
        name: `${instrument} ${gridIndexToMicros(firstIndex + from, gridRate)}`,
        dataset,
        category: 'noise',
        split: 'train',
        sampleRate: gridRate,
        startTime: BigInt(gridIndexToMicros(firstIndex + from, gridRate)) * 1000n,
        componentOrder: COMPONENTS.join(''),
        pSample: undefined,
        sSample: undefined,
        noiseKind: ARCHIVE_NOISE_KIND,
        station: stationOfInstrument(instrument),
        snrDb: undefined,
        magnitude: undefined,
        distanceKm: undefined,
        group: instrument,
      },
      firstIndex: firstIndex + from,
      length: to - from,
      samples: samples.subarray(from * COMPONENTS.length, to * COMPONENTS.length),
      pIndex: undefined,
      sIndex: undefined,
      isLive: [true, true, true],
    }
  })
}

function joined(parts: readonly Float64Array[], rows: number): Float64Array {
  const whole = new Float64Array(rows * COMPONENTS.length)
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}
