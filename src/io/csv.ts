import { closeSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 1 << 20

/**
 * Rows of a CSV text (RFC 4180): quoted fields with commas, doubled quotes and line breaks inside, CRLF or LF, a byte order
 * mark, a last line without an end. Empty lines are left out.
 *
 * @param chunks the text, cut anywhere
 */
export function* parseCsv(chunks: Iterable<string>): Generator<string[]> {
  let row: string[] = []
  let field = ''
  let isQuoted = false
  let mayEscape = false
  let isFirst = true

  for (const chunk of chunks) {
    let from = isFirst && chunk.startsWith('\uFEFF') ? 1 : 0
    if (chunk !== '') isFirst = false
    for (let i = from; i < chunk.length; i++) {
      const character = chunk[i]
      if (mayEscape) {
        // The quote before this character either ended the quoted part or was the first of a doubled one.
        mayEscape = false
        if (character === '"') {
          from = i
          continue
        }
        isQuoted = false
        from = i
      }
      if (isQuoted) {
        if (character !== '"') continue
        field += chunk.slice(from, i)
        from = i + 1
        mayEscape = true
      } else if (character === '"' && field === '' && from === i) {
        isQuoted = true
        from = i + 1
      } else if (character === ',' || character === '\n') {
        field += chunk.slice(from, i)
        from = i + 1
        if (character === '\n' && field.endsWith('\r')) field = field.slice(0, -1)
        row.push(field)
        field = ''
        if (character === ',') continue
        if (row.length > 1 || row[0] !== '') yield row
        row = []
      }
    }
    field += chunk.slice(from)
  }
  if (field.endsWith('\r')) field = field.slice(0, -1)
  row.push(field)
  if (row.length > 1 || row[0] !== '') yield row
}

/** A row of a CSV file with a header: the value of a column, '' when the row has none. */
export interface CsvRecord {
  /** Counted from 1, the header being row 1. */
  readonly row: number
  get(column: string): string
}

/** The columns of a CSV file and its records, one after the other. */
export interface CsvTable {
  readonly columns: readonly string[]
  readonly records: Iterable<CsvRecord>
}

/**
 * Opens a CSV file; records are read as they are asked for, once.
 *
 * @throws the file system's error when the file cannot be read
 */
export function readCsvTable(path: string): CsvTable {
  const rows = parseCsv(textChunks(path))
  const first = rows.next()
  const columns = first.done ? [] : first.value.map((name) => name.trim())
  const indices = new Map(columns.map((name, index) => [name, index]))
  return { columns, records: recordsOf(rows, indices) }
}

function* recordsOf(rows: Iterable<string[]>, indices: ReadonlyMap<string, number>): Generator<CsvRecord> {
  let row = 1
  for (const fields of rows) {
    row++
    yield { row, get: (column) => fields[indices.get(column) ?? -1]?.trim() ?? '' }
  }
}

function* textChunks(path: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const bytes = new Uint8Array(CHUNK_BYTES)
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const count = readSync(file, bytes, 0, bytes.length, null)
      if (count === 0) break
      yield decoder.decode(bytes.subarray(0, count), { stream: true })
    }
    yield decoder.decode()
  } finally {
    closeSync(file)
  }
}
