export const signal = 'signal'
