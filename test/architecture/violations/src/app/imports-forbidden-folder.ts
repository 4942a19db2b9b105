import { cli } from '../cli/index.ts'

export const broken = cli
