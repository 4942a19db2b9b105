import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { withNumbers } from '../../../../src/io/config/set-numbers.ts'

describe('numbers set in YAML', () => {
  it('replaces a number where it stands, and keeps comments, their column and everything else', () => {
    const text = ['# on top', 'trigger:', '  on: 0.98         # opens', "  off:   '0.95'   # closes", 'other: [1,   2]', ''].join(
      '\n',
    )
    const changed = withNumbers(text, [
      { path: ['trigger', 'on'], value: 0.975 },
      { path: ['trigger', 'off'], value: 0.9 },
    ])
    expect(changed).toBe(
      ['# on top', 'trigger:', '  on: 0.975        # opens', '  off:   0.9      # closes', 'other: [1,   2]', ''].join('\n'),
    )
  })

  it('adds to a map in its own style', () => {
    expect(withNumbers('trigger: { on: 0.9 }  # x\nz: 1\n', [{ path: ['trigger', 'off'], value: 0.5 }])).toBe(
      'trigger: { on: 0.9, off: 0.5 }  # x\nz: 1\n',
    )
    expect(withNumbers('trigger: {}\n', [{ path: ['trigger', 'off'], value: 0.5 }])).toBe('trigger: { off: 0.5 }\n')
    expect(withNumbers('trigger:\n    on: 0.9   # x\n\n# about z\nz: 1\n', [{ path: ['trigger', 'off'], value: 0.5 }])).toBe(
      'trigger:\n    on: 0.9   # x\n    off: 0.5\n\n# about z\nz: 1\n',
    )
  })

  it('makes maps that are missing', () => {
    const path = ['stations', 'IU_ANMO', 'trigger', 'on'] as const
    const off = ['stations', 'IU_ANMO', 'trigger', 'off'] as const
    const wanted = '\nstations:\n  IU_ANMO:\n    trigger: { on: 0.9, off: 0.5 }\n'
    const changes = [
      { path, value: 0.9 },
      { path: off, value: 0.5 },
    ]
    expect(withNumbers('model: x', changes)).toBe(`model: x\n${wanted}`)
    expect(withNumbers('stations:\n  CI_CLC:\n    components: skip # y\n# end\n', changes)).toBe(
      'stations:\n  CI_CLC:\n    components: skip # y\n  IU_ANMO:\n    trigger: { on: 0.9, off: 0.5 }\n# end\n',
    )
    expect(withNumbers('stations:   # nobody yet\nz: 1\n', changes)).toBe(
      'stations:   # nobody yet\n  IU_ANMO:\n    trigger: { on: 0.9, off: 0.5 }\nz: 1\n',
    )
  })

  it.each(['', '# nothing\n', 'stations: {}', 'stations: {A: {trigger: {on: 1}}}', 'trigger:\nz: [1]', 'trigger:\n  on:\nz: 2'])(
    'gives YAML that says so, whatever there was: %j',
    (text) => {
      const changed = withNumbers(text, [
        { path: ['trigger', 'on'], value: 0.9 },
        { path: ['stations', 'A', 'trigger', 'off'], value: 1e-7 },
      ])
      expect(parse(changed)).toMatchObject({ trigger: { on: 0.9 }, stations: { A: { trigger: { off: 1e-7 } } } })
    },
  )

  it.each(['trigger: &a { on: 1 }\nother: *a\nstations: *a', 'trigger: 5\nstations: 3', 'trigger: [1]\nstations: [2]'])(
    'refuses what it cannot change in place: %j',
    (text) => {
      const change = { path: ['stations', 'A', 'trigger', 'on'] as const, value: 1 }
      expect(() => withNumbers(text, [change])).toThrow(/expected plain maps and numbers at stations.A.trigger.on/)
    },
  )
})
