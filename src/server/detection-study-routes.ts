import type { FastifyInstance } from 'fastify'
import type { ExplanationAnswer, ReplayAnswer } from '../contract/detection-study.ts'
import { unknownDetection } from './http-error.ts'
import type { DetectionStudyView } from './monitor-view.ts'
import { checked, explanationQuerySchema } from './query.ts'

type OfDetection = { Params: { id: string } }

/** `/api/detections/:id/…`: its data as a file, its score again, its explanation with other settings. */
export function addDetectionStudyRoutes(server: FastifyInstance, study: DetectionStudyView): void {
  server.get<OfDetection>('/api/detections/:id/miniseed', ({ params: { id } }, reply) => {
    const { fileName, contentType, bytes } = study.miniseed(id) ?? unknownDetection(id)
    return reply.type(contentType).header('content-disposition', `attachment; filename="${fileName}"`).send(bytes)
  })

  server.post<OfDetection>('/api/detections/:id/replay', ({ params: { id } }): ReplayAnswer => {
    return study.replay(id) ?? unknownDetection(id)
  })

  server.get<OfDetection>('/api/detections/:id/explanation', ({ params: { id }, query }): ExplanationAnswer => {
    return study.explanation(id, checked(explanationQuerySchema, query)) ?? unknownDetection(id)
  })
}
