import * as forbidden from 'node:buffer'

export const broken = forbidden
