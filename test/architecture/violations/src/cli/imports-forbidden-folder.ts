import { web } from '../web/index.ts'

export const broken = web
