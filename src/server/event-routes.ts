import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { EventWire } from '../contract/event.ts'
import { eventsToQuakeml } from './events-quakeml.ts'
import { HttpError } from './http-error.ts'
import type { MonitorView } from './monitor-view.ts'
import { checked, eventFormatQuerySchema, eventsQuerySchema } from './query.ts'

type Format = 'json' | 'quakeml'

/** `/api/events`: network events as JSON and QuakeML. */
export function addEventRoutes(server: FastifyInstance, view: MonitorView): void {
  server.get('/api/events', (request, reply) => {
    const { limit, cursor, format, ...filter } = checked(eventsQuerySchema, request.query)
    const page = view.events(filter, { limit, cursor })
    if (page.cursor !== null) reply.header('x-next-cursor', page.cursor)
    return send(reply, format ?? acceptedFormat(request), page.events, page)
  })

  server.get<{ Params: { id: string } }>('/api/events/:id', (request, reply) => {
    const { format } = checked(eventFormatQuerySchema, request.query)
    const { id } = request.params
    const answer = view.event(id)
    if (!answer) throw new HttpError('NOT_FOUND', `event: expected a known id, got ${id}`)
    return send(reply, format ?? acceptedFormat(request), [answer.event], answer)
  })
}

function send(reply: FastifyReply, format: Format, events: readonly EventWire[], answer: object): FastifyReply {
  if (format === 'quakeml') return reply.type('application/xml; charset=utf-8').send(eventsToQuakeml(events))
  return reply.type('application/json; charset=utf-8').send(answer)
}

function acceptedFormat({ headers }: FastifyRequest): Format {
  const types = (headers.accept ?? '').split(',').map((type) => type.split(';')[0]?.trim())
  const first = types.find((type) => type === 'application/json' || type === 'text/html' || type?.endsWith('xml'))
  return first === 'application/xml' || first === 'application/vnd.quakeml+xml' ? 'quakeml' : 'json'
}
