import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../src/contract/detection.ts'
import { journeySchema } from '../../../src/contract/journey.ts'
import { JourneyLog } from '../../../src/server/journey-log.ts'
import { EXAMPLE_TIME, exampleDetection } from '../../helpers/example-detection.ts'

const latency = { packetSeconds: 2, queueSeconds: 0.001, scoringSeconds: 0.002, decidingSeconds: 0.003, processingSeconds: 0.006 }
const message = (seq: number) => detectionToWire(exampleDetection(seq), { seq, latency })
/** Microseconds after the commit of every message here. */
const at = (micros: number) => EXAMPLE_TIME + micros
const page = { number: 7, since: at(-1e6) }

function logOf(...seqs: number[]): JourneyLog {
  const log = new JourneyLog()
  for (const seq of seqs) log.stored(message(seq), at(-4000), at(0))
  return log
}

describe('the journey of a detection', () => {
  it('goes from the packet over store and socket to the frame', () => {
    const log = logOf(1)
    log.sent(1, page, at(500))
    log.shown({ seq: 1, time: at(30_500), uncertaintySeconds: 0.0002 }, 7)
    const [journey] = log.of(message(1).id)
    expect(journeySchema.parse(journey)).toEqual({
      seq: 1,
      state: 'open',
      latency,
      storeSeconds: 0.004,
      screens: [{ client: 7, sentSeconds: 0.0005, shown: { seconds: 0.03, uncertaintySeconds: 0.0002 } }],
    })
  })

  it('is another one for each page', () => {
    const log = logOf(1)
    log.sent(1, page, at(500))
    log.sent(1, { ...page, number: 8 }, at(900))
    log.shown({ seq: 1, time: at(2900), uncertaintySeconds: 0 }, 8)
    const [journey] = log.of(message(1).id)
    expect(journey?.screens).toEqual([
      { client: 7, sentSeconds: 0.0005 },
      { client: 8, sentSeconds: 0.0009, shown: { seconds: 0.002, uncertaintySeconds: 0 } },
    ])
  })

  it('is not what a page catches up with that connected later', () => {
    const log = logOf(1)
    log.sent(1, { number: 9, since: at(1) }, at(500))
    expect(log.of(message(1).id)[0]?.screens).toEqual([])
  })

  it('is believed only as far as it can be true', () => {
    const log = logOf(1, 2, 3)
    const told = (seq: number) => log.of(message(seq).id)[0]?.screens[0]?.shown
    // Never sent to this page.
    log.shown({ seq: 1, time: at(1), uncertaintySeconds: 0 }, 7)
    log.sent(1, page, at(500))
    expect(told(1)).toBeUndefined()
    // Drawn before it was sent, by more than the clocks are uncertain.
    log.shown({ seq: 1, time: at(0), uncertaintySeconds: 0.0001 }, 7)
    expect(told(1)).toBeUndefined()
    log.sent(2, page, at(500))
    log.shown({ seq: 2, time: at(700e6), uncertaintySeconds: 0 }, 7)
    expect(told(2)).toBeUndefined()
    // The first word counts.
    log.sent(3, page, at(500))
    log.shown({ seq: 3, time: at(1500), uncertaintySeconds: 0 }, 7)
    log.shown({ seq: 3, time: at(9500), uncertaintySeconds: 0 }, 7)
    expect(told(3)?.seconds).toBe(0.001)
    expect(log.distribution().steps.find(({ step }) => step === 'showing')?.count).toBe(1)
  })

  it('is given to the store once, and again when there is more of it', () => {
    const log = logOf(1)
    expect(log.takeChanges().map(({ detection, journey }) => [detection, journey.seq])).toEqual([[message(1).id, 1]])
    expect(log.takeChanges()).toEqual([])
    log.sent(1, page, at(500))
    expect(log.takeChanges()).toHaveLength(1)
  })

  it('is forgotten when a thousand others came since', () => {
    const log = logOf(...Array.from({ length: 1001 }, (_, i) => i + 1))
    expect(log.of(message(1).id)).toEqual([])
    expect(log.of(message(2).id)).toHaveLength(1)
  })
})

describe('the distribution of the steps', () => {
  it('is that of the newest thousand', () => {
    const log = new JourneyLog()
    for (let seq = 1; seq <= 1100; seq++) log.stored(message(seq), at(-seq * 1000), at(0))
    const storing = log.distribution().steps.find(({ step }) => step === 'storing')
    expect(storing).toEqual({ step: 'storing', count: 1000, median: 0.6, p95: 1.05, maximum: 1.1 })
  })

  it('leaves out what was never measured', () => {
    const log = logOf(1)
    expect(log.distribution().steps.map(({ step }) => step)).toEqual(['packet', 'queue', 'scoring', 'deciding', 'storing'])
  })
})
