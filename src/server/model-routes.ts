import type { FastifyInstance } from 'fastify'
import type { ModelAnswer } from '../contract/http.ts'
import type { ModelKernels } from '../contract/model-kernels.ts'
import { HttpError } from './http-error.ts'
import type { MonitorView } from './monitor-view.ts'

/**
 * Of the report: a page that came with a model, perhaps from elsewhere, so it is shown as if from another origin and runs nothing.
 * It carries its styles and pictures itself.
 */
const REPORT_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** `/api/model`: the card, the weights, the report. */
export function addModelRoutes(server: FastifyInstance, view: MonitorView): void {
  server.get('/api/model', (): ModelAnswer => {
    return { ...view.model(), card: view.modelCard(), hasReport: view.hasModelReport() }
  })

  server.get('/api/model/kernels', (): ModelKernels => view.modelKernels())

  server.get('/api/model/report', (_request, reply) => {
    const html = view.modelReport()
    if (html === undefined) {
      const advice = '`quakewire explain --model DIR --html DIR/report.html` makes one'
      throw new HttpError('NOT_FOUND', `model report: expected report.html beside the model, got none; ${advice}`)
    }
    return reply.type('text/html; charset=utf-8').header('content-security-policy', REPORT_POLICY).send(html)
  })
}
