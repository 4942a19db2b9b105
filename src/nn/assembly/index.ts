export { affine } from './affine'
export { biasGradient, rectifierGradient, weightGradient } from './gradient'
export { maxPool, maxPoolGradient } from './pooling'
export { scaleShift } from './scale'
