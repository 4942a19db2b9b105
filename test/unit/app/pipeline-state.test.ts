import { describe, expect, it } from 'vitest'
import { PipelineMemory, type StationState } from '../../../src/app/pipeline-state.ts'
import type { StationId } from '../../../src/domain/source-id.ts'

const ALDER = 'XX_ALDER' as StationId
const Z = 'FDSN:XX_ALDER_00_H_H_Z'
const N = 'FDSN:XX_ALDER_00_H_H_N'

describe('the memory of the pipeline', () => {
  it('keeps what a channel brought back until that channel is heard again, however often it is killed before', () => {
    const before = new Map<StationId, StationState>([[ALDER, { [`merge ${Z}`]: 'Z at 10 s', [`merge ${N}`]: 'N at 11 s' }]])
    const afterOneKill = new PipelineMemory(before)
    afterOneKill.slot('merge', Z).onSave(() => 'Z at 20 s')
    afterOneKill.touch(ALDER)
    const saved = afterOneKill.save()
    expect(saved.get(ALDER)).toEqual({ [`merge ${Z}`]: 'Z at 20 s', [`merge ${N}`]: 'N at 11 s' })
    expect(new PipelineMemory(saved).slot('merge', N).initial).toBe('N at 11 s')
  })

  it('forgets what was given out and is not registered again', () => {
    const memory = new PipelineMemory(new Map([[ALDER, { [`merge ${Z}`]: 'old' }]]))
    const slot = memory.slot('merge', Z)
    slot.onSave(() => 'new')
    slot.release()
    memory.touch(ALDER)
    expect(memory.save().get(ALDER)).toEqual({})
  })

  it('knows when something was brought back that nobody has asked for', () => {
    const memory = new PipelineMemory(new Map([[ALDER, { [`merge ${Z}`]: 'old' }]]))
    expect(memory.hasUnheard).toBe(true)
    memory.slot('merge', Z)
    expect(memory.hasUnheard).toBe(false)
  })

  it('saves only stations that have had data', () => {
    const memory = new PipelineMemory(new Map([[ALDER, { [`merge ${Z}`]: 'old' }]]))
    expect([...memory.save().keys()]).toEqual([])
  })
})
