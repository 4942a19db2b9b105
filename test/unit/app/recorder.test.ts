import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { LIVE_PACE, NO_CHECKPOINT, Recorder } from '../../../src/app/recorder.ts'
import { TransientStore } from '../../../src/app/transient-store.ts'
import { WaveformCollector } from '../../../src/app/waveform-collector.ts'
import type { TriggerOutput } from '../../../src/detection/trigger.ts'
import { StoreError } from '../../../src/domain/errors.ts'
import type { CoincidenceOutput } from '../../../src/domain/network-event.ts'
import type { FramePiece, ScoredPiece } from '../../../src/domain/window.ts'
import type { StoreBatch } from '../../../src/io/store/store-batch.ts'
import { EXAMPLE_FACTS, exampleDetection } from '../../helpers/example-detection.ts'

type DetectionOutput = Extract<TriggerOutput, { kind: 'detection' }>

/** A recorder between hand-fed streams and a store that can be told to refuse. */
function setUp() {
  let now = 1e15
  let isRefusing = false
  const batches: StoreBatch[] = []
  const heard: string[] = []
  const journeys: [id: string, seconds: number][] = []
  const transient = new TransientStore()
  const detections$ = new Subject<TriggerOutput>()
  const scores$ = new Subject<ScoredPiece>()
  const events$ = new Subject<CoincidenceOutput>()
  const frames$ = new Subject<FramePiece>()
  const recorder = new Recorder({
    store: {
      commit(batch) {
        if (isRefusing) throw new StoreError('store: disk full')
        batches.push(batch)
        return transient.commit(batch)
      },
    },
    clock: { now: () => now },
    gridRate: 20,
    checkpoint: NO_CHECKPOINT,
    waveforms: new WaveformCollector(20),
    latencyOf: () => ({}),
    onStored: ({ id }, handed, stored) => journeys.push([id, (stored - handed) / 1e6]),
    onMessages: (messages) => heard.push(...messages.map(({ state }) => `stored ${state}`)),
    onEvents: (events) => heard.push(...events.map(({ state }) => `event ${state}`)),
    onUnstored: (detections) => heard.push(...detections.map(({ detection }) => `unstored ${detection.state}`)),
    onProblem: ({ code }) => heard.push(code),
    pace: LIVE_PACE,
  })
  recorder.record({ frames$, scores$, detections$, events$ })
  return {
    batches,
    heard,
    journeys,
    recorder,
    tellEvent: (output: CoincidenceOutput) => events$.next(output),
    detect: (changes: Partial<DetectionOutput> = {}) => detections$.next({ ...outputOf(), ...changes }),
    score: () => scores$.next(scored()),
    frame: (firstIndex: number, ...samples: number[]) => {
      const { instrument } = exampleDetection(0)
      frames$.next({ kind: 'frame', instrument, firstIndex, samples: Float64Array.from(samples) })
    },
    wait: (seconds: number) => {
      now += seconds * 1e6
    },
    refuse: (refusing: boolean) => {
      isRefusing = refusing
    },
  }
}

function outputOf(): DetectionOutput {
  const snippet = { firstIndex: 0, samples: new Float64Array(3) }
  return { kind: 'detection', detection: exampleDetection(0), snippet, peakWindow: snippet }
}

function scored(): ScoredPiece {
  const { instrument } = exampleDetection(0)
  const window = { kind: 'window' as const, instrument, firstIndex: 0, startTime: 0, samples: new Float64Array(501 * 3) }
  return { kind: 'scored', instrument, window, input: new Float32Array(0), score: 0.5 }
}

describe('the recorder', () => {
  it('commits a detection at once and scores every few seconds', () => {
    const { recorder, batches, score, detect, wait, heard } = setUp()
    score()
    recorder.settle()
    expect(batches).toHaveLength(0)
    wait(5)
    recorder.settle()
    expect(batches.map(({ scores }) => scores?.length)).toEqual([1])
    detect()
    recorder.settle()
    expect(batches).toHaveLength(2)
    expect(heard).toEqual(['stored open'])
  })

  it('says when the pipeline handed a detection over and when it was on disk, later ones of a refused commit included', () => {
    const { recorder, detect, wait, refuse, journeys } = setUp()
    refuse(true)
    detect()
    recorder.settle()
    expect(journeys).toEqual([])
    wait(2)
    refuse(false)
    detect({ detection: exampleDetection(60) })
    recorder.settle()
    expect(journeys).toEqual([
      [exampleDetection(0).id, 2],
      [exampleDetection(60).id, 0],
    ])
  })

  it('stores the relevance of explained detections with them', () => {
    const { recorder, batches, detect } = setUp()
    detect()
    const relevance = { ...EXAMPLE_FACTS, beta: 0.5 }
    detect({ detection: exampleDetection(60, { relevance }), relevance: Float32Array.of(1, 2, 3) })
    recorder.settle()
    const { id } = exampleDetection(60)
    const stored = { detectionId: id, startTime: 0, rate: 20, beta: 0.5, values: Float32Array.of(1, 2, 3) }
    expect(batches[0]?.relevances).toEqual([stored])
  })

  it('stores the best window of each detection unrounded', () => {
    const { recorder, batches, detect } = setUp()
    const samples = Float64Array.of(1 / 3, 2, 3)
    detect({ peakWindow: { firstIndex: 40, samples } })
    recorder.settle()
    expect(batches[0]?.peakWindows).toEqual([{ detectionId: exampleDetection(0).id, startTime: 2_000_000, rate: 20, samples }])
  })

  it('gives each score to one commit', () => {
    const { recorder, batches, score } = setUp()
    score()
    recorder.commit()
    score()
    score()
    recorder.commit()
    expect(batches.map(({ scores }) => scores?.length)).toEqual([1, 2])
  })

  it('stores waveforms by the minute, and the rest at the end; what was refused comes with the next commit', () => {
    const { recorder, batches, frame, refuse } = setUp()
    const stored = () => batches.flatMap(({ waveforms = [] }) => waveforms.map(({ samples }) => samples.length / 3))
    const minutes = 3 * 1200
    frame(0, ...new Array<number>(3 * minutes).fill(1))
    refuse(true)
    recorder.commit()
    refuse(false)
    recorder.commit()
    const [first = 0, ...others] = stored()
    expect(others).toEqual([1200, 1200])
    recorder.commit()
    expect(stored()).toHaveLength(3)
    recorder.commitAll()
    expect(stored()).toEqual([first, 1200, 1200, 1200 - first])
  })

  it('announces a detection that the store refuses once, keeps it, and stores it when the store is back', () => {
    const { recorder, detect, refuse, wait, heard } = setUp()
    refuse(true)
    detect()
    recorder.settle()
    wait(2)
    recorder.settle()
    expect(heard).toEqual(['STORE', 'unstored open', 'STORE'])
    refuse(false)
    wait(2)
    recorder.settle()
    expect(heard.at(-1)).toBe('stored open')
  })

  it('leaves a store alone for a second after it has refused, however many packets come', () => {
    const { recorder, detect, refuse, wait, heard } = setUp()
    refuse(true)
    detect()
    for (let packet = 0; packet < 1000; packet++) recorder.settle()
    expect(heard.filter((each) => each === 'STORE')).toHaveLength(1)
    wait(1)
    recorder.settle()
    expect(heard.filter((each) => each === 'STORE')).toHaveLength(2)
  })
})
