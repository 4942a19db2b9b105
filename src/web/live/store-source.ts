import type { ScoresAnswer } from '../../contract/http.ts'
import { decodeWaveformsAnswer } from '../../contract/waveforms-answer.ts'
import { getBytes, getJson } from '../api/api.ts'
import type { HistorySource } from './station-history.ts'

/** What the monitor's store has of one instrument. */
export function storeSource(instrument: string): HistorySource {
  return {
    waveforms: async (from, to) =>
      decodeWaveformsAnswer(new Uint8Array(await getBytes('waveforms', spanOf(instrument, from, to)))),
    scores: async (from, to) => (await getJson<ScoresAnswer>('scores', spanOf(instrument, from, to))).runs,
  }
}

function spanOf(instrument: string, from: number, to: number) {
  return { instrument, from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() }
}
