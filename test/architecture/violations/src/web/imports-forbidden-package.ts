import * as forbidden from 'ws'

export const broken = forbidden
