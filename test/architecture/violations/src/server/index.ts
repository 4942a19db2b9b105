export const server = 'server'
