import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeReport } from '../../../../src/app/report/write-report.ts'
import { UsageError } from '../../../../src/domain/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'report-'))

describe('writing a report', () => {
  it('writes the page as it is', () => {
    writeReport(join(folder, 'a.html'), '<p>ü</p>')
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toBe('<p>ü</p>')
  })

  it('names the file that cannot be written', () => {
    const file = join(folder, 'none', 'a.html')
    expect(() => writeReport(file, '')).toThrow(UsageError)
    expect(() => writeReport(file, '')).toThrow(`expected a file that can be written, got ENOENT (${file})`)
  })
})
