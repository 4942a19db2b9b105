import type { DetectionWire } from '../contract/detection.ts'

type Cell = string | number | boolean | null | undefined

const COLUMNS: Readonly<Record<string, (detection: DetectionWire) => Cell>> = {
  id: ({ id }) => id,
  state: ({ state }) => state,
  station: ({ station }) => station,
  instrument: ({ instrument }) => instrument,
  time: ({ onset }) => onset.time,
  uncertainty_seconds: ({ onset }) => onset.uncertaintySeconds,
  method: ({ onset }) => onset.method,
  on: ({ on }) => on,
  off: ({ off }) => off,
  peak_time: ({ peak }) => peak.time,
  peak_score: ({ peak }) => peak.score,
  model: ({ model }) => model,
  config: ({ config }) => config,
  gaps: ({ quality }) => quality.gaps,
  windows: ({ quality }) => quality.windows,
  is_truncated: ({ quality }) => quality.isTruncated,
  is_retriggered: ({ quality }) => quality.isRetriggered ?? false,
  snr_db: ({ quality }) => quality.snrDb,
  peak_amplitude: ({ quality }) => quality.peakAmplitude,
  reason: ({ reason }) => reason,
  label: ({ label }) => label?.value,
  label_by: ({ label }) => label?.by,
}

/** RFC 4180 with a header; `time` is the onset, so that the file serves as a catalogue for `evaluate`. */
export function detectionsToCsv(detections: readonly DetectionWire[]): string {
  const rows = detections.map((detection) => Object.values(COLUMNS).map((column) => cell(column(detection))))
  return [Object.keys(COLUMNS), ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}

function cell(value: Cell): string {
  const text = value === null || value === undefined ? '' : String(value)
  // A text that people typed must not become a formula in a spreadsheet.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
