export const miniseed = 'miniseed'
