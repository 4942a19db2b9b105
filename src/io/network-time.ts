import { createSocket } from 'node:dgram'
import type { Clock } from '../domain/ports.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'

/** Seconds from 1900 to 1970 (RFC 5905 §6). */
const NTP_EPOCH_SECONDS = 2_208_988_800
const NTP_PORT = 123
const TIMEOUT_MILLIS = 3000
/** Leap indicator 0, version 4, mode 3: client. */
const CLIENT_REQUEST = 0x23
const SERVER_MODE = 4

/**
 * How far this machine's clock is behind a time server's, by one SNTP exchange (RFC 4330).
 *
 * @param server name or address, with another port after a colon
 * @returns seconds to add to the clock
 * @throws when there is no usable answer within three seconds
 */
export async function clockOffsetSeconds(server: string, clock: Clock): Promise<number> {
  const [host = '', port = String(NTP_PORT)] = server.split(':')
  const socket = createSocket('udp4')
  const request = Buffer.alloc(48)
  request[0] = CLIENT_REQUEST
  try {
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('nothing within 3 s')), TIMEOUT_MILLIS)
      socket.on('error', reject)
      const sent = clock.now() / MICROS_PER_SECOND
      socket.on('message', (answer) => {
        const received = clock.now() / MICROS_PER_SECOND
        clearTimeout(timer)
        const isUsable = answer.length >= 48 && ((answer[0] as number) & 7) === SERVER_MODE && (answer[1] as number) > 0
        if (!isUsable) return reject(new Error('an answer that is no time'))
        resolve((timeAt(answer, 32) - sent + timeAt(answer, 40) - received) / 2)
      })
      socket.send(request, Number(port), host, (error) => error && reject(error))
    })
  } finally {
    socket.close()
  }
}

/** 64 bits: seconds since 1900 and their fraction. */
function timeAt(packet: Buffer, offset: number): number {
  return packet.readUInt32BE(offset) - NTP_EPOCH_SECONDS + packet.readUInt32BE(offset + 4) / 2 ** 32
}
