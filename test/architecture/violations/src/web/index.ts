export const web = 'web'
