import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DetectionWire } from '../contract/detection.ts'
import type { GapsAnswer } from '../contract/gaps.ts'
import type { ScoresAnswer, StationsAnswer } from '../contract/http.ts'
import { labelRequestSchema } from '../contract/http.ts'
import { wireJsonSchema } from '../contract/json-schema.ts'
import type { ScoreDistribution } from '../contract/score-distribution.ts'
import { encodeWaveformsAnswer } from '../contract/waveforms-answer.ts'
import { channelPrefixOf } from '../domain/source-id.ts'
import { addAlertRoutes } from './alert-routes.ts'
import { addDetectionStudyRoutes } from './detection-study-routes.ts'
import { detectionsToCsv } from './detections-csv.ts'
import { detectionsToQuakeml } from './detections-quakeml.ts'
import { addDrillRoutes } from './drill-routes.ts'
import { addEventRoutes } from './event-routes.ts'
import type { FeedHub } from './feed-hub.ts'
import { addHealthRoutes } from './health-routes.ts'
import { unknownDetection } from './http-error.ts'
import { addModelRoutes } from './model-routes.ts'
import type { MonitorView } from './monitor-view.ts'
import {
  checked,
  detectionsQuerySchema,
  distributionQuerySchema,
  formatQuerySchema,
  gapsQuerySchema,
  scoresQuerySchema,
  waveformsQuerySchema,
} from './query.ts'
import { addRemoteRoutes } from './remote-routes.ts'
import { addSettingsRoutes } from './settings-routes.ts'
import { addWhatIfRoutes } from './what-if-routes.ts'

type Format = 'json' | 'csv' | 'quakeml'

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  quakeml: 'application/xml; charset=utf-8',
}

/** Everything under `/api`, and `/metrics`. */
export function addApiRoutes(server: FastifyInstance, view: MonitorView, hub: FeedHub): void {
  server.get('/api/detections', (request, reply) => {
    const { limit, cursor, format, ...filter } = checked(detectionsQuerySchema, request.query)
    const page = view.detections(filter, { limit, cursor })
    if (page.cursor !== null) reply.header('x-next-cursor', page.cursor)
    return sendDetections(reply, format ?? acceptedFormat(request), page.detections, page)
  })

  server.get<{ Params: { id: string } }>('/api/detections/:id', (request, reply) => {
    const { format } = checked(formatQuerySchema, request.query)
    const answer = view.detection(request.params.id) ?? unknownDetection(request.params.id)
    return sendDetections(reply, format ?? acceptedFormat(request), [answer.detection], answer)
  })

  server.patch<{ Params: { id: string } }>('/api/detections/:id', (request) => {
    const { label, by } = checked(labelRequestSchema, request.body)
    const { id } = request.params
    const message = view.setLabel(id, label, by) ?? unknownDetection(id)
    hub.publish(message)
    return view.findDetection(id)
  })

  addDetectionStudyRoutes(server, view.study)
  addEventRoutes(server, view)
  addHealthRoutes(server, view, hub)
  addModelRoutes(server, view)

  server.get('/api/stations', (): StationsAnswer => ({ stations: view.stations() }))
  server.get('/api/schema', () => wireJsonSchema())

  server.get('/api/scores', (request): ScoresAnswer => {
    const { instrument, from, to } = checked(scoresQuerySchema, request.query)
    return { instrument, runs: view.scores(instrument, from, to) }
  })

  server.get('/api/scores/distribution', (request): Promise<ScoreDistribution> => {
    return view.scoreDistribution(checked(distributionQuerySchema, request.query))
  })

  server.get('/api/waveforms', (request, reply) => {
    const { instrument, from, to, maximumPoints } = checked(waveformsQuerySchema, request.query)
    const answer = view.waveforms(instrument, from, to, maximumPoints)
    return reply.type('application/octet-stream').send(encodeWaveformsAnswer(answer))
  })

  server.get('/api/gaps', (request): GapsAnswer => {
    const { station, ...query } = checked(gapsQuerySchema, request.query)
    return view.gaps({ ...query, ...(station === undefined ? {} : { prefix: channelPrefixOf(station) }) })
  })

  addAlertRoutes(server, view.alerts)
  addDrillRoutes(server, view.drills)
  addRemoteRoutes(server, view)
  addWhatIfRoutes(server, view.whatIf)
  addSettingsRoutes(server, view.settings)

  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await view.metrics()
    return reply.type(contentType).send(text)
  })
}

function sendDetections(reply: FastifyReply, format: Format, detections: readonly DetectionWire[], answer: object): FastifyReply {
  reply.type(CONTENT_TYPES[format])
  if (format === 'csv') return reply.send(detectionsToCsv(detections))
  if (format === 'quakeml') return reply.send(detectionsToQuakeml(detections))
  return reply.send(answer)
}

/** The first media type of the Accept header that we have; JSON otherwise (a browser that asks for HTML gets JSON, too). */
function acceptedFormat({ headers }: FastifyRequest): Format {
  for (const type of (headers.accept ?? '').split(',')) {
    const name = type.split(';')[0]?.trim()
    if (name === 'application/json' || name === 'text/html') return 'json'
    if (name === 'text/csv') return 'csv'
    if (name === 'application/xml' || name === 'application/vnd.quakeml+xml') return 'quakeml'
  }
  return 'json'
}
