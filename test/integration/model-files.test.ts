import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ModelFormatError } from '../../src/domain/errors.ts'
import { readModelFiles, writeModelFiles } from '../../src/io/model-files.ts'
import { majstorovicArchitecture } from '../../src/nn/majstorovic-architecture.ts'
import { randomNetwork } from '../helpers/networks.ts'

describe('model files', () => {
  const network = randomNetwork(majstorovicArchitecture(), 1)
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quakewire-model-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('come back as they were written, with the hash of the weights', () => {
    const model = join(folder, 'models', 'new')
    writeModelFiles(model, network)
    const read = readModelFiles(model)
    expect(read.network).toEqual(network)
    const bytes = readFileSync(join(model, 'weights.bin'))
    expect(bytes).toHaveLength(35_585 * 4)
    expect(read.weightsSha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(read.modelJson).toMatchObject({ format: 'layers-model' })
  })

  it('are missed by name', () => {
    expectError('model.json', 'no such file')
    writeModelFiles(folder, network)
    rmSync(join(folder, 'weights.bin'))
    expectError('weights.bin', 'no such file')
  })

  it('must be JSON', () => {
    writeFileSync(join(folder, 'model.json'), '{"format":')
    expectError('model.json', 'expected JSON')
  })

  it('name the layer and the file when they do not fit', () => {
    writeModelFiles(folder, network)
    const text = readFileSync(join(folder, 'model.json'), 'utf8')
    writeFileSync(join(folder, 'model.json'), text.replace('"relu"', '"elu"'))
    expectError('model.json', 'layer "conv1": expected activation relu, linear, sigmoid or softmax, got "elu"')
  })

  it('may not lie outside their folder', () => {
    writeModelFiles(folder, network)
    const text = readFileSync(join(folder, 'model.json'), 'utf8')
    writeFileSync(join(folder, 'model.json'), text.replace('"weights.bin"', '"../weights.bin"'))
    expectError('model.json', 'expected weight files beside it, got ../weights.bin')
  })

  function expectError(file: string, text: string): void {
    const read = () => readModelFiles(folder)
    expect(read).toThrow(ModelFormatError)
    expect(read).toThrow(text)
    expect(read).toThrow(join(folder, file))
  }
})
