import { signal } from '../signal/index.ts'

export const broken = signal
