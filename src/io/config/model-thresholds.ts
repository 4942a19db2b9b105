import { DEFAULT_TRIGGER } from '../../contract/config.ts'
import { readModelCard } from '../model-card.ts'

/**
 * Where a model's trigger goes on and off unless it is configured: scores of two models are not on one scale. Of a model that cannot be
 * read, the general defaults: what is wrong with it is said where it is loaded.
 *
 * @param folder the model's
 */
export function modelThresholds(folder: string): { on: number; off: number } {
  try {
    const { on, off } = readModelCard(folder).thresholds
    return { on, off }
  } catch {
    return { on: DEFAULT_TRIGGER.on, off: DEFAULT_TRIGGER.off }
  }
}
