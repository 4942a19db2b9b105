import * as forbidden from 'luxon'

export const broken = forbidden
