import { z } from 'zod'
import {
  acknowledgeRequestSchema,
  alertDigestSchema,
  alertMessageSchema,
  deliveriesAnswerSchema,
  heartbeatSchema,
  resendRequestSchema,
} from './alert.ts'
import { explanationAnswerSchema, replayAnswerSchema } from './detection-study.ts'
import { drillRequestSchema, drillSchema, drillsAnswerSchema } from './drill.ts'
import { feedMessageSchema, pingSchema, shownSchema, subscribeSchema } from './feed.ts'
import { gapsAnswerSchema } from './gaps.ts'
import { healthHistorySchema, instrumentHistorySchema, logAnswerSchema } from './health-history.ts'
import {
  detectionAnswerSchema,
  detectionsAnswerSchema,
  errorAnswerSchema,
  eventAnswerSchema,
  eventsAnswerSchema,
  healthAnswerSchema,
  labelRequestSchema,
  modelAnswerSchema,
  scoresAnswerSchema,
  stationsAnswerSchema,
} from './http.ts'
import { latencyDistributionSchema } from './journey.ts'
import { modelKernelsSchema } from './model-kernels.ts'
import { remoteAlertSchema, remoteAnswerSchema } from './remote.ts'
import { scoreDistributionSchema } from './score-distribution.ts'
import {
  settingsAnswerSchema,
  settingsChangeSchema,
  settingsProposalSchema,
  whatIfAnswerSchema,
  whatIfEventsSchema,
  whatIfRequestSchema,
  whatIfSweepSchema,
} from './what-if.ts'

/** Each schema carries its own name (`meta({ id })`), so that the parts become the entries of `$defs`. */
const PUBLISHED = z.object({
  feedMessage: feedMessageSchema,
  subscribe: subscribeSchema,
  ping: pingSchema,
  shown: shownSchema,
  detectionsAnswer: detectionsAnswerSchema,
  detectionAnswer: detectionAnswerSchema,
  labelRequest: labelRequestSchema,
  stationsAnswer: stationsAnswerSchema,
  modelAnswer: modelAnswerSchema,
  healthAnswer: healthAnswerSchema,
  scoresAnswer: scoresAnswerSchema,
  gapsAnswer: gapsAnswerSchema,
  replayAnswer: replayAnswerSchema,
  explanationAnswer: explanationAnswerSchema,
  scoreDistribution: scoreDistributionSchema,
  instrumentHistory: instrumentHistorySchema,
  healthHistory: healthHistorySchema,
  latencyDistribution: latencyDistributionSchema,
  logAnswer: logAnswerSchema,
  modelKernels: modelKernelsSchema,
  alert: alertMessageSchema,
  alertDigest: alertDigestSchema,
  heartbeat: heartbeatSchema,
  deliveriesAnswer: deliveriesAnswerSchema,
  acknowledgeRequest: acknowledgeRequestSchema,
  resendRequest: resendRequestSchema,
  remoteAlert: remoteAlertSchema,
  remoteAnswer: remoteAnswerSchema,
  drill: drillSchema,
  drillRequest: drillRequestSchema,
  drillsAnswer: drillsAnswerSchema,
  eventsAnswer: eventsAnswerSchema,
  eventAnswer: eventAnswerSchema,
  whatIfRequest: whatIfRequestSchema,
  whatIfAnswer: whatIfAnswerSchema,
  whatIfEvents: whatIfEventsSchema,
  whatIfSweep: whatIfSweepSchema,
  settingsChange: settingsChangeSchema,
  settingsAnswer: settingsAnswerSchema,
  settingsProposal: settingsProposalSchema,
  errorAnswer: errorAnswerSchema,
})

/**
 * JSON Schema (draft 2020-12) of everything on the wire, generated from the zod schemas: one per entry of `$defs`. Readers should
 * allow fields they do not know; new ones may come.
 */
export function wireJsonSchema(): Record<string, unknown> {
  const { $schema, $defs } = z.toJSONSchema(PUBLISHED, { io: 'input' })
  return { $schema, title: 'Quakewire on the wire', $defs }
}
