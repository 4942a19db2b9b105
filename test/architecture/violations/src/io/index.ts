export const io = 'io'
