import * as forbidden from 'fastify'

export const broken = forbidden
