import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadUsers } from '../../src/app/serve-users.ts'
import { UsageError } from '../../src/domain/errors.ts'
import { scratchFolder } from '../helpers/archive-files.ts'

function usersFile(text: string): string {
  const file = join(scratchFolder(), 'users')
  writeFileSync(file, text)
  return file
}

describe('who may stream', () => {
  it('is everybody when nobody is named', () => {
    expect(loadUsers(undefined, {})).toBeUndefined()
  })

  it('is who stands in the file, with that password', () => {
    const mayStream = loadUsers(usersFile('# ours\nalice:secret\n\n bob:with:colons \n'), {})
    expect(mayStream?.('alice', 'secret')).toBe(true)
    expect(mayStream?.('bob', 'with:colons')).toBe(true)
    for (const [user, password] of [
      ['alice', 'Secret'],
      ['alice', ''],
      ['', ''],
      ['eve', ''],
      ['bob', 'secret'],
    ] as const) {
      expect(mayStream?.(user, password)).toBe(false)
    }
  })

  it('is who stands in the environment, too', () => {
    const environment = { QUAKEWIRE_SERVE_USER: 'carol', QUAKEWIRE_SERVE_PASSWORD: 'hush' }
    expect(loadUsers(undefined, environment)?.('carol', 'hush')).toBe(true)
    const both = loadUsers(usersFile('alice:secret'), environment)
    expect(both?.('alice', 'secret') && both('carol', 'hush')).toBe(true)
  })

  it.each([
    ['no colon', 'alice secret'],
    ['no password', 'alice:'],
    ['no user', ':secret'],
    ['nobody', '# nobody\n'],
  ])('refuses a file with %s and does not show what it read', (_name, text) => {
    const file = usersFile(text)
    const load = () => loadUsers(file, {})
    expect(load).toThrow(UsageError)
    expect(load).not.toThrow(/secret|alice/)
  })

  it('refuses half an environment and a file that is not there', () => {
    expect(() => loadUsers(undefined, { QUAKEWIRE_SERVE_USER: 'carol' })).toThrow(/got one of them/)
    expect(() => loadUsers('/none', {})).toThrow(/expected a readable file of users, got none \(\/none\)/)
  })
})
