import * as forbidden from 'rxjs'

export const broken = forbidden
