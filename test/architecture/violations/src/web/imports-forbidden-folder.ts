import { app } from '../app/index.ts'

export const broken = app
