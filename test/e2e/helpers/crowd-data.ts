import type { DetectionWire } from '../../../src/contract/detection.ts'
import type { HealthMessage, HelloMessage } from '../../../src/contract/feed.ts'
import type { StationStatus } from '../../../src/contract/health.ts'
import type { RelevanceWire, ScoresAnswer } from '../../../src/contract/http.ts'
import { formatMicros } from '../../../src/domain/time.ts'

/** Hz. */
export const GRID_RATE = 20

const COMPONENTS = 3
/** Every instrument has an earthquake this often, s. */
const QUAKE_SECONDS = 240

/** Data of made-up instruments: everything follows from the name and the time, nothing is kept but detections. */
export class CrowdData {
  readonly names: readonly string[]
  readonly detections: DetectionWire[] = []
  readonly #indexes: ReadonlyMap<string, number>
  #seq = 0

  constructor(instruments: number) {
    this.names = Array.from({ length: instruments }, (_, i) => `XX_S${String(i).padStart(3, '0')}_00_HH`)
    this.#indexes = new Map(this.names.map((name, i) => [name, i]))
  }

  hello(): HelloMessage {
    return {
      seq: this.#seq,
      type: 'hello',
      time: now(),
      version: '0.0.0',
      mode: 'live',
      storeId: 'crowd',
      model: {
        model: 'crowd@0',
        engine: 'builtin',
        gridRate: GRID_RATE,
        windowSeconds: 25,
        strideSeconds: 1,
        components: ['Z', 'N', 'E'],
        trigger: { on: 0.98, off: 0.95 },
      },
      stations: this.#stations(),
    }
  }

  health(): HealthMessage {
    return {
      seq: this.#seq,
      type: 'health',
      time: now(),
      stations: this.#stations(),
      system: {
        status: 'ok',
        reasons: [],
        servers: [],
        store: { state: 'ok', bytes: 1_000_000 },
        problems: {},
        detections: this.detections.length,
        windows: 0,
        dataTime: now(),
      },
    }
  }

  /** Silent and refused ones send nothing. */
  isSending(name: string): boolean {
    return !['silent', 'rejected', 'waiting'].includes(stateOf(this.#indexes.get(name) ?? 0))
  }

  scores(names: readonly string[], second: number): string {
    const time = formatMicros(second * 1e6)
    const scores = names
      .filter((name) => this.isSending(name))
      .map((instrument) => ({ instrument, time, score: this.#score(instrument, second) }))
    return JSON.stringify({ seq: this.#seq, type: 'scores', time, scores })
  }

  scoresAnswer(instrument: string, from: number, to: number): ScoresAnswer {
    const scores = Array.from({ length: Math.max(0, to - from) }, (_, i) => this.#score(instrument, from + i))
    const endTime = formatMicros(from * 1e6)
    return {
      instrument: instrument as ScoresAnswer['instrument'],
      runs: scores.length === 0 ? [] : [{ endTime, strideSeconds: 1, scores }],
    }
  }

  /** Row-major [seconds · rate, 3]. */
  samples(name: string, second: number, seconds: number): Float32Array {
    const samples = new Float32Array(seconds * GRID_RATE * COMPONENTS)
    for (let i = 0; i < seconds * GRID_RATE; i++) {
      const time = second + i / GRID_RATE
      const strength = this.#strength(name, time)
      for (let k = 0; k < COMPONENTS; k++) {
        samples[i * COMPONENTS + k] =
          500 * k + strength * Math.sin(time * (19 + 7 * k)) * Math.sin(time * 3.1 + k) + 40 * noise(time, k)
      }
    }
    return samples
  }

  /** Row-major [seconds, 6]. */
  envelope(name: string, second: number, seconds: number): Float32Array {
    const rows = new Float32Array(seconds * 6)
    for (let i = 0; i < seconds; i++) {
      const strength = this.#strength(name, second + i) + 40
      for (let k = 0; k < COMPONENTS; k++) {
        rows[i * 6 + 2 * k] = 500 * k - strength * (0.6 + 0.4 * Math.abs(noise(second + i, k)))
        rows[i * 6 + 2 * k + 1] = 500 * k + strength * (0.6 + 0.4 * Math.abs(noise(second + i, k + 3)))
      }
    }
    return rows
  }

  /** Of no network: something to draw. */
  relevance(id: string): RelevanceWire | null {
    const detection = this.detections.find((each) => each.id === id)
    if (!detection) return null
    const values = (salt: number) =>
      Array.from({ length: 501 }, (_, i) => noise(i, salt) ** 5 * Math.exp(-(((i - 200) / 60) ** 2)))
    const startTime = formatMicros((Math.floor(Date.parse(detection.onset.time) / 1000) - 10) * 1e6)
    return { startTime, rate: GRID_RATE, beta: 0, Z: values(1), N: values(2), E: values(3) }
  }

  addDetection(second: number): DetectionWire {
    const index = (second * 7) % this.names.length
    const instrument = this.names[index] as DetectionWire['instrument']
    const detection: DetectionWire = {
      seq: ++this.#seq,
      type: 'detection',
      id: `${instrument}-${second}`,
      state: 'open',
      station: instrument.split('_', 2).join('_') as DetectionWire['station'],
      instrument,
      onset: { time: formatMicros((second - 6) * 1e6), uncertaintySeconds: 0.1, method: 'aic' },
      on: formatMicros((second - 4) * 1e6),
      off: null,
      peak: { time: formatMicros(second * 1e6), score: 0.9931 },
      model: 'crowd@0',
      config: 'crowd',
      quality: { gaps: 0, windows: 4, isTruncated: false, snrDb: 14, peakAmplitude: 900 },
      latency: {},
    }
    this.detections.unshift(detection)
    return detection
  }

  #stations(): StationStatus[] {
    return this.names.map((instrument, i) => {
      const state = stateOf(i)
      const isSending = this.isSending(instrument)
      return {
        station: instrument.split('_', 2).join('_') as StationStatus['station'],
        instrument: instrument as StationStatus['instrument'],
        state,
        since: formatMicros((Math.floor(Date.now() / 1000) - 600) * 1e6),
        ...(state === 'rejected' && { reason: 'the server does not know the station' }),
        ...(state === 'silent' && { reason: 'nothing for 10 minutes' }),
        latencySeconds: isSending ? 1.5 + (i % 17) / 3 + (state === 'latent' ? 40 : 0) : null,
        lastSampleTime: isSending ? now() : null,
        sampleRate: 100,
        gaps: i % 11 === 0 ? i % 7 : 0,
        overlaps: 0,
        trigger: { on: 0.98, off: 0.95 },
        coordinates: {
          latitude: 36 + Math.sin(i * 2.4) * 3 * Math.sqrt(i / 500),
          longitude: 15 + Math.cos(i * 2.4) * 5 * Math.sqrt(i / 500),
        },
      }
    })
  }

  #score(name: string, second: number): number {
    const quake = this.#strength(name, second) / 900
    return Math.min(0.9995, Math.max(0.001, 0.02 + 0.02 * noise(second, this.#indexes.get(name) ?? 0) + 1.4 * quake))
  }

  /** Of the newest earthquake of the instrument, counts. */
  #strength(name: string, time: number): number {
    const since = (time + (this.#indexes.get(name) ?? 0) * 13.7) % QUAKE_SECONDS
    return 900 * Math.exp(-since / 12)
  }
}

function stateOf(index: number): StationStatus['state'] {
  if (index % 97 === 13) return 'rejected'
  if (index % 41 === 7) return 'silent'
  if (index % 29 === 5) return 'latent'
  return index % 53 === 11 ? 'gap' : 'ok'
}

/** −1 to 1, the same for the same arguments. */
function noise(time: number, salt: number): number {
  const value = Math.sin(time * 127.1 + salt * 311.7) * 43_758.5453
  return 2 * (value - Math.floor(value)) - 1
}

function now(): string {
  return formatMicros(Math.floor(Date.now() / 1000) * 1e6)
}
