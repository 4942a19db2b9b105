import type { FastifyInstance } from 'fastify'
import { type Drill, type DrillsAnswer, drillRequestSchema } from '../contract/drill.ts'
import { HttpError } from './http-error.ts'
import type { DrillsView } from './monitor-view.ts'
import { checked } from './query.ts'

/** `/api/drills`: begin a drill, see how it goes and how others went. */
export function addDrillRoutes(server: FastifyInstance, drills: DrillsView): void {
  server.post('/api/drills', (request, reply): Drill => {
    const drill = drills.begin(checked(drillRequestSchema, request.body ?? {}))
    reply.status(202)
    return drill
  })

  server.get('/api/drills', (): DrillsAnswer => ({ drills: drills.list() }))

  server.get<{ Params: { id: string } }>('/api/drills/:id', ({ params: { id } }): Drill => {
    const drill = drills.find(id)
    if (drill === undefined) throw new HttpError('NOT_FOUND', `drill: expected a known id, got ${id}`)
    return drill
  })
}
