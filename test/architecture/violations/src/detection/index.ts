export const detection = 'detection'
