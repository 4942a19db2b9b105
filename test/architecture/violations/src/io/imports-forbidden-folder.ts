import { pipeline } from '../pipeline/index.ts'

export const broken = pipeline
