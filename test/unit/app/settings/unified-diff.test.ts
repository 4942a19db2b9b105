import { describe, expect, it } from 'vitest'
import { unifiedDiff } from '../../../../src/app/settings/unified-diff.ts'

const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}`)
const text = (all: readonly string[]) => `${all.join('\n')}\n`

describe('a unified diff', () => {
  it('is empty when nothing changed', () => expect(unifiedDiff('a\n', 'a\n', 'f')).toBe(''))

  it('shows a change with three lines around it', () => {
    const after = lines(20)
    after[9] = 'other'
    expect(unifiedDiff(text(lines(20)), text(after), 'f.yaml')).toBe(
      text([
        '--- f.yaml',
        '+++ f.yaml',
        '@@ -7,7 +7,7 @@',
        ' line 7',
        ' line 8',
        ' line 9',
        '-line 10',
        '+other',
        ' line 11',
        ' line 12',
        ' line 13',
      ]),
    )
  })

  it('shows changes far apart one by one, near ones together, and counts lines as they are after those before', () => {
    const after = lines(40)
    after.splice(30, 0, 'new')
    after.splice(3, 2)
    const diff = unifiedDiff(text(lines(40)), text(after), 'f')
    expect(diff.match(/^@@.*$/gm)).toEqual(['@@ -1,8 +1,6 @@', '@@ -28,6 +26,7 @@'])
    after[2] = 'x'
    expect(unifiedDiff(text(lines(40)), text(after), 'f').match(/^@@.*$/gm)).toHaveLength(2)
  })

  it('says that a file began or ends empty as diff does', () => {
    expect(unifiedDiff('', 'a\n', 'f')).toContain('@@ -0,0 +1,1 @@\n+a\n')
    expect(unifiedDiff('a\n', '', 'f')).toContain('@@ -1,1 +0,0 @@\n-a\n')
  })
})
