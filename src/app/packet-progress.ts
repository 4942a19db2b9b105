import type { Latency } from '../domain/detection.ts'
import type { Packet } from '../domain/packet.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'

/** The packet that is in the pipeline now, and what has become of it. */
export interface CurrentPacket {
  readonly packet: Packet
  /** When it came out of the queue. */
  readonly taken: Micros
  /** When its newest score was there. */
  scored: Micros | undefined
  isDecoded: boolean
  /** It waits for a backlog. */
  isKept: boolean
}

/** What it took from the arrival of a packet to a word on a detection. */
export function stepsOf({ packet, taken, scored }: CurrentPacket, handed: Micros): Latency {
  const { receivedAt } = packet
  return {
    ...(receivedAt !== undefined && { queueSeconds: secondsBetween(receivedAt, taken) }),
    ...(scored !== undefined && {
      scoringSeconds: secondsBetween(taken, scored),
      decidingSeconds: secondsBetween(scored, handed),
    }),
    ...(receivedAt !== undefined && { processingSeconds: secondsBetween(receivedAt, handed) }),
  }
}

function secondsBetween(from: Micros, to: Micros): number {
  return (to - from) / MICROS_PER_SECOND
}
