import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_MODEL, defaultConfig } from '../../src/app/default-config.ts'
import { DEFAULT_TRIGGER } from '../../src/contract/config.ts'
import { ConfigError } from '../../src/domain/errors.ts'
import { loadConfig } from '../../src/io/config-file.ts'
import { readModelCard, writeModelCard } from '../../src/io/model-card.ts'
import { quakewire } from '../helpers/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'model-thresholds-'))
const keen = modelWith('keen', { on: 0.8, off: 0.7 })
const slow = modelWith('slow', { on: 0.99, off: 0.98 })

function modelWith(name: string, thresholds: { on: number; off: number }): string {
  const copy = join(folder, name)
  cpSync(DEFAULT_MODEL, copy, { recursive: true })
  writeModelCard(copy, { ...readModelCard(copy), thresholds })
  return copy
}

function fileOf(text: string): string {
  const file = join(folder, 'stations.yaml')
  writeFileSync(file, text)
  return file
}

describe('thresholds', () => {
  it('are those of the model that is configured, unless they are, too', () => {
    expect(loadConfig(fileOf('model: keen')).trigger).toEqual({ ...DEFAULT_TRIGGER, on: 0.8, off: 0.7 })
    expect(loadConfig(fileOf('model: slow\ntrigger: { minimumSeconds: 5 }')).trigger).toMatchObject({
      on: 0.99,
      minimumSeconds: 5,
    })
    expect(loadConfig(fileOf('model: slow\ntrigger: { off: 0.5 }')).trigger).toMatchObject({ on: 0.99, off: 0.5 })
  })

  it('go with another model that is asked for on the command line', () => {
    expect(loadConfig(fileOf('model: keen'), {}, slow)).toMatchObject({ model: slow, trigger: { on: 0.99, off: 0.98 } })
    expect(loadConfig(fileOf('model: keen\ntrigger: { on: 0.995 }'), {}, slow).trigger).toMatchObject({ on: 0.995, off: 0.98 })
    expect(defaultConfig(keen)).toMatchObject({ model: keen, trigger: { on: 0.8, off: 0.7 } })
  })

  it('must fit those of the model where only one is configured', () => {
    const message = /stations\.yaml:2 trigger\.on: expected > 0\.98 \(off threshold\), got 0\.9/
    expect(() => loadConfig(fileOf('model: slow\ntrigger: { on: 0.9 }'))).toThrow(message)
    expect(() => loadConfig(fileOf('model: slow\ntrigger: { on: 0.9 }'))).toThrow(ConfigError)
    expect(loadConfig(fileOf('model: keen\ntrigger: { on: 0.9 }')).trigger).toMatchObject({ on: 0.9, off: 0.7 })
  })

  it('are the general ones of a model that cannot be read; what is wrong with it is said where it is loaded', async () => {
    expect(loadConfig(fileOf('model: nowhere')).trigger).toEqual(DEFAULT_TRIGGER)
    const { code, stderr } = await quakewire('check', '--config', fileOf('model: nowhere'))
    expect(code).not.toBe(0)
    expect(stderr).toContain('nowhere')
  })

  it('of the default model are the general ones', () => {
    expect(defaultConfig().trigger).toEqual(DEFAULT_TRIGGER)
  })
})
