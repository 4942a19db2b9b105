import type { FastifyInstance } from 'fastify'
import { whatIfRequestSchema } from '../contract/what-if.ts'
import { checked } from './query.ts'
import type { WhatIfView } from './tuning-view.ts'

/** Other settings, tried on stored scores. */
export function addWhatIfRoutes(server: FastifyInstance, whatIf: WhatIfView): void {
  server.post('/api/what-if', (request) => whatIf.answer(checked(whatIfRequestSchema, request.body)))
  server.post('/api/what-if/events', (request) => whatIf.events(checked(whatIfRequestSchema, request.body)))
  server.post('/api/what-if/sweep', (request) => whatIf.sweep(checked(whatIfRequestSchema, request.body)))
}
