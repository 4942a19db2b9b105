import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
import { formatMicros } from '../../src/domain/time.ts'
import { openOffice } from './alert-office.ts'
import { EXAMPLE_TIME, exampleDetection } from './example-detection.ts'

/**
 * Stores detections of several stations, one after the other, and delivers what follows from them; goes on where the store stands. To
 * be killed. Arguments: folder with a stations.yaml, detections in all, stations. Says `stored` when all are stored.
 */
const [folder = '', total = '0', stations = '1'] = process.argv.slice(2)
const office = openOffice(folder, readFileSync(join(folder, 'hooks.yaml'), 'utf8'))
const { store, desk } = office

for (let i = store.detectionCount; i < Number(total); i++) {
  const instrument = parseInstrumentId(`XX_S${i % Number(stations)}_00_HH`)!
  const id = `${instrument}-${String(i).padStart(6, '0')}-${formatMicros(EXAMPLE_TIME)}`
  store.commit({ detections: [{ detection: exampleDetection(i, { instrument, id }), latency: {} }] })
  desk.wake()
  if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
}
process.stdout.write('stored\n')
