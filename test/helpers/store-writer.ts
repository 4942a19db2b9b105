import { openStore } from '../../src/io/store/store.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from './example-detection.ts'

/** Child process: commits step after step, each with a detection, a score and a checkpoint, and prints the number of each step. */
const file = process.argv[2] as string
const store = openStore(file, {
  clock: { now: () => EXAMPLE_TIME },
  keepScoresDays: 30,
  maximumMegabytes: 100,
  strideSeconds: 1,
  onProblem: (problem) => console.error(problem.message),
})
const done = (store.checkpoints().get('step') as number | undefined) ?? 0
for (let step = done + 1; ; step++) {
  store.commit({
    detections: [{ detection: exampleDetection(step), latency: {} }],
    scores: [{ instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME + step * 1_000_000, score: 0.5 }],
    checkpoints: new Map([['step', step]]),
  })
  process.stdout.write(`${step}\n`)
}
