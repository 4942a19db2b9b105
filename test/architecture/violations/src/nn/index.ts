export const nn = 'nn'
