import { describe, expect, it } from 'vitest'
import { inTime, untilDone } from '../../drill/until-done.ts'

describe('waiting in a drill', () => {
  it('goes on while something moves, however long it takes', async () => {
    let looks = 0
    const result = await untilDone('the end', () => ({ progress: ++looks, ...(looks < 50 ? {} : { result: 'done' }) }), {
      seconds: 0,
      lookMillis: 1,
    })
    expect([result, looks]).toEqual(['done', 50])
  })

  it('ends when nothing moves any more, and says what was awaited and what was seen', async () => {
    const stuck = untilDone('record 70 of 100', () => ({ progress: { played: 42 } }), { seconds: 0.01, lookMillis: 1 })
    await expect(stuck).rejects.toThrow('expected record 70 of 100, got nothing new for 0.01 s; last seen: {"played":42}')
  })

  it('passes on what a look finds broken', async () => {
    const broken = untilDone('health', () => Promise.reject(new Error('connect ECONNREFUSED')))
    await expect(broken).rejects.toThrow('ECONNREFUSED')
  })

  it('says what did not come in time, and leaves alone what did', async () => {
    expect(await inTime('a number', 60, Promise.resolve(7))).toBe(7)
    await expect(inTime('the dashboard', 0.01, new Promise(() => {}))).rejects.toThrow(
      'expected the dashboard, got nothing in 0.01 s',
    )
  })
})
