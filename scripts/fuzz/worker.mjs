/** The loop of one target, in a thread of its own, so that a hang or an endless growth can be seen from outside. */
import { parentPort, workerData } from 'node:worker_threads'
import { Dice, mutate } from './mutate.mjs'

const { module, target, branches, runs, seed, longest, seeds, current, isCounting } = workerData
globalThis.__branches = new Uint32Array(branches)
const { targets } = await import(module)
const run = targets[target]
/** Bit set of the numbers of times (1, 2, 3, 4–7, 8–15, …) each branch was seen to be taken in one run; one bit unless counting. */
const seen = new Uint16Array(branches)
const header = new Int32Array(current, 0, 2)
const shown = new Uint8Array(current, 8)
const dice = new Dice(seed)
/** Inputs that reached something new, and how often each was drawn from. */
const kept = []

for (const input of seeds.length > 0 ? seeds : [new Uint8Array()]) attempt(input)
if (kept.length === 0) kept.push(new Uint8Array())
let done = seeds.length
while (done < runs) {
  // Half of the time one of the newest: what was just found lies at the edge of the known.
  const newest = Math.min(kept.length, 64)
  const index = dice.roll(2) === 0 ? dice.roll(kept.length) : kept.length - 1 - dice.roll(newest)
  attempt(mutate(kept[index], kept[dice.roll(kept.length)], dice, longest))
  done += 1
}
parentPort.postMessage({ kept, done, reached: seen.reduce((count, bits) => count + (bits === 0 ? 0 : 1), 0) })

function attempt(input) {
  shown.set(input)
  header[0] = input.length
  Atomics.add(header, 1, 1)
  __branches.fill(0)
  run(input)
  if (isNew()) kept.push(input)
}

function isNew() {
  let news = false
  for (let branch = 0; branch < branches; branch++) {
    const count = __branches[branch]
    if (count === 0) continue
    const bit = !isCounting ? 1 : 1 << (count < 4 ? count - 1 : Math.min(1 + 31 - Math.clz32(count), 15))
    if ((seen[branch] & bit) === 0) {
      seen[branch] |= bit
      news = true
    }
  }
  return news
}
