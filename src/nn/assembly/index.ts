export { affine } from './affine'
export { biasGradient, rectifierGradient, weightGradient } from './gradient'
export { maxPool, maxPoolGradient } from './pooling'
export { gatherRelevance, relevancePerContribution, repairedRelevancePerContribution, splitSigns } from './relevance'
export { scaleShift } from './scale'

/** Byte offset behind the kernels' own tables: from here on, memory is the caller's. */
export const firstFree: usize = __heap_base
