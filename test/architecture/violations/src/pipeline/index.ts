export const pipeline = 'pipeline'
