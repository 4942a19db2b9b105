export const seedlink = 'seedlink'
