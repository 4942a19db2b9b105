import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultsSchema } from '../../src/contract/faults.ts'
import { ConfigError } from '../../src/domain/errors.ts'
import { loadFaults } from '../../src/io/faults-file.ts'
import { scratchFolder } from '../helpers/archive-files.ts'

describe('a faults file', () => {
  it('names what happens; nothing else does', () => {
    expect(load('')).toEqual({ seed: 1, stations: [], server: {} })
    expect(load('seed: 4\nserver: { restarts: { everySeconds: 60 } }\n').server).toEqual({
      restarts: { everySeconds: 60, downSeconds: 2, renumber: false, wipe: false },
    })
  })

  it('is read as the example in the help of serve is written', async () => {
    const { serveCommand } = await import('../../src/cli/serve.ts')
    let help = ''
    serveCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp()
    const example = help.slice(help.indexOf('faults.yaml:\n') + 'faults.yaml:\n'.length)
    const faults = load(example)
    expect(faults.seed).toBe(7)
    expect(faults.stations[1]?.disconnects?.how).toEqual(['fin', 'reset', 'mid-packet'])
    // Every kind there is has its place in the example.
    const kinds = new Set(faults.stations.flatMap((entry) => Object.keys(entry)))
    expect(kinds).toEqual(new Set(Object.keys(faultsSchema.shape.stations.unwrap().element.shape)))
    expect(Object.keys(faults.server).sort()).toEqual(Object.keys(faultsSchema.shape.server.unwrap().shape).sort())
  })

  it('reports all that is wrong at once, each with its line', () => {
    const text = [
      'seed: -1',
      'stations:',
      "  - stations: ['XX ALDER']",
      '    gaps: { everySeconds: 900, seconds: [60, 5] }',
      '    dely: { seconds: 1 }',
      '    corrupt: { share: 2, parts: [tail] }',
      'server:',
      '  restarts: { everySeconds: soon }',
    ]
    let message = ''
    try {
      load(text.join('\n'))
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      message = (error as Error).message
    }
    const [title, ...lines] = message.split('\n')
    expect(title).toMatch(/^faults file: 7 mistakes in /)
    expect(lines).toEqual([
      'faults.yaml:1 seed: expected a number ≥ 0, got -1',
      'faults.yaml:3 stations[0].stations[0]: expected a station pattern such as XX_*, got "XX ALDER"',
      'faults.yaml:4 stations[0].gaps.seconds: expected the shortest length before the longest, got [60,5]',
      'faults.yaml:5 stations[0].dely: expected a known key (did you mean delay?), got unknown key "dely"',
      'faults.yaml:6 stations[0].corrupt.share: expected a number ≤ 1, got 2',
      'faults.yaml:6 stations[0].corrupt.parts[0]: expected one of header, data, length, got "tail"',
      'faults.yaml:8 server.restarts.everySeconds: expected a number, got "soon"',
    ])
  })

  it('names a missing file', () => {
    expect(() => loadFaults('/none.yaml')).toThrow(/expected a readable file, got none \(\/none.yaml\)/)
  })
})

function load(text: string) {
  const file = join(scratchFolder(), 'faults.yaml')
  writeFileSync(file, text)
  return loadFaults(file)
}
