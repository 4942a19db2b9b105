import * as forbidden from 'node:fs'

export const broken = forbidden
