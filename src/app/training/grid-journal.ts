import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { TrainingConfig } from '../../contract/training-config.ts'

const resultSchema = z.strictObject({
  key: z.string().describe('hash of the data, the seed and every setting of the cell'),
  name: z.string(),
  selectedEpoch: z.int().positive(),
  devLoss: z.number().nullable(),
  devAccuracy: z.number().nullable(),
  devFalsePositiveRate: z.number().nullable(),
})

/** What training one cell of the grid led to. */
export type GridResult = z.infer<typeof resultSchema>

/** Cells that are alike train to the same bytes: data, seed and settings decide, not the rest of the grid. */
export function cellKey(
  dataSha256: readonly string[],
  seed: number,
  { grid: _grid, card: _card, ...settings }: TrainingConfig,
): string {
  return createHash('sha256')
    .update(JSON.stringify([dataSha256, seed, settings]))
    .digest('hex')
}

/** The finished cells of a grid search, one JSON object per line, so that a search that was cut off goes on where it was. */
export class GridJournal {
  readonly #file: string
  readonly #results = new Map<string, GridResult>()

  /** @param file is made with the first result; a torn or foreign line is left out, its cell is trained again */
  constructor(file: string) {
    this.#file = file
    if (!existsSync(file)) return
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const result = parseLine(line)
      if (result) this.#results.set(result.key, result)
    }
  }

  get(key: string): GridResult | undefined {
    return this.#results.get(key)
  }

  add(result: GridResult): void {
    mkdirSync(dirname(this.#file), { recursive: true })
    const isTorn = existsSync(this.#file) && !readFileSync(this.#file, 'utf8').endsWith('\n')
    appendFileSync(this.#file, `${isTorn ? '\n' : ''}${JSON.stringify(result)}\n`)
    this.#results.set(result.key, result)
  }
}

function parseLine(line: string): GridResult | undefined {
  try {
    return resultSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
