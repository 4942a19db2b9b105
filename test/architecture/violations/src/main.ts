import { io } from './io/index.ts'

export const broken = io
