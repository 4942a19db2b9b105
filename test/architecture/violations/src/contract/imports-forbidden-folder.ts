import { nn } from '../nn/index.ts'

export const broken = nn
