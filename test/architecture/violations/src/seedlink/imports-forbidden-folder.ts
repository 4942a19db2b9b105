import { miniseed } from '../miniseed/index.ts'

export const broken = miniseed
