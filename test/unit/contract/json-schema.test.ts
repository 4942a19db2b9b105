import { describe, expect, it } from 'vitest'
import { wireJsonSchema } from '../../../src/contract/json-schema.ts'

describe('wireJsonSchema', () => {
  const schema = wireJsonSchema() as { $defs: Record<string, unknown> }

  it('names every message and answer', () => {
    expect(Object.keys(schema.$defs).sort()).toMatchInlineSnapshot(`
      [
        "AcknowledgeRequest",
        "Alert",
        "AlertDigest",
        "DeliveriesAnswer",
        "Delivery",
        "Detection",
        "DetectionAnswer",
        "DetectionsAnswer",
        "Drill",
        "DrillMessage",
        "DrillRequest",
        "DrillsAnswer",
        "ErrorAnswer",
        "Event",
        "EventAnswer",
        "EventLocation",
        "EventMember",
        "EventsAnswer",
        "ExplanationAnswer",
        "FeedMessage",
        "GapsAnswer",
        "HealthAnswer",
        "HealthHistory",
        "HealthMessage",
        "Heartbeat",
        "Hello",
        "HookStatus",
        "InstrumentHistory",
        "Journey",
        "LabelMessage",
        "LabelRequest",
        "LatencyDistribution",
        "LogAnswer",
        "LogLine",
        "Model",
        "ModelAnswer",
        "ModelKernels",
        "Ping",
        "Pong",
        "Relevance",
        "RelevanceFacts",
        "RemoteAlert",
        "RemoteAnswer",
        "ReplayAnswer",
        "ResendRequest",
        "ScoreDistribution",
        "Scores",
        "ScoresAnswer",
        "ServerStatus",
        "SettingsAnswer",
        "SettingsChange",
        "SettingsProposal",
        "Shown",
        "Snippet",
        "StationState",
        "StationStatus",
        "StationsAnswer",
        "Subscribe",
        "SystemHealth",
        "WhatIfAnswer",
        "WhatIfDetection",
        "WhatIfEvent",
        "WhatIfEvents",
        "WhatIfRequest",
        "WhatIfSweep",
      ]
    `)
  })

  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map((match) => match[1] as string)
    expect(references.length).toBeGreaterThan(5)
    for (const name of references) expect(schema.$defs).toHaveProperty(name)
  })
})
