import * as forbidden from 'node:net'

export const broken = forbidden
