import { readFileSync } from 'node:fs'
import { connect, type MqttClient } from 'mqtt'
import type { AlertMessage, HookMessage } from '../../contract/alert.ts'
import type { MqttHookConfig } from '../../contract/alert-config.ts'
import { deliveryError, type Hook } from './hook.ts'

const RECONNECT_MILLIS = 2000
const AT_LEAST_ONCE = 1

/**
 * Publishes over MQTT, quality of service 1: delivered is what the broker has confirmed.
 *
 * `PREFIX/alerts/KIND/STATION` each alert · `PREFIX/state/KIND/STATION` the newest one, retained · `PREFIX/heartbeat` · `PREFIX/status`
 * `online` or `offline`, retained, the latter as the connection's last will. Without a station the subject's kind alone.
 */
export class MqttHook implements Hook {
  readonly kind = 'mqtt'
  readonly name: string
  readonly #config: MqttHookConfig
  readonly #client: MqttClient
  #trouble = 'no connection yet'

  /** @param config with its secrets in place */
  constructor(name: string, config: MqttHookConfig) {
    this.name = name
    this.#config = config
    const { url, user, password, prefix, ca, timeoutSeconds } = config
    const status = `${prefix}/status`
    this.#client = connect(url, {
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
      reconnectPeriod: RECONNECT_MILLIS,
      connectTimeout: timeoutSeconds * 1000,
      queueQoSZero: false,
      will: { topic: status, payload: Buffer.from('offline'), qos: AT_LEAST_ONCE, retain: true },
    })
    this.#client.on('connect', () => {
      this.#client.publish(status, 'online', { qos: AT_LEAST_ONCE, retain: true })
    })
    this.#client.on('error', (error) => {
      this.#trouble = error.message || String((error as NodeJS.ErrnoException).code)
    })
  }

  async send(message: HookMessage, signal: AbortSignal): Promise<void> {
    if (!this.#client.connected) await this.#connected(signal)
    const payload = JSON.stringify(message)
    const topic = topicOf(message)
    const publishing = [this.#client.publishAsync(`${this.#config.prefix}/${topic}`, payload, { qos: AT_LEAST_ONCE })]
    if (message.type === 'alert' && isNews(message)) {
      const state = topic.replace(/^alerts/, 'state')
      publishing.push(this.#client.publishAsync(`${this.#config.prefix}/${state}`, payload, { qos: AT_LEAST_ONCE, retain: true }))
    }
    const confirmed = Promise.all(publishing)
    await Promise.race([confirmed, whenAborted(signal)]).catch((error: unknown) => {
      const got = signal.aborted ? `none within ${this.#config.timeoutSeconds} s` : (error as Error).message
      throw deliveryError(this.name, `expected the broker's confirmation, got ${got}`, {}, error)
    })
  }

  async close(): Promise<void> {
    if (this.#client.connected) {
      await this.#client
        .publishAsync(`${this.#config.prefix}/status`, 'offline', { qos: AT_LEAST_ONCE, retain: true })
        .catch(() => {})
    }
    await this.#client.endAsync(true)
  }

  async #connected(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onConnect = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        this.#client.off('connect', onConnect)
        reject(deliveryError(this.name, `expected a connection to the broker, got none: ${this.#trouble}`))
      }
      this.#client.once('connect', onConnect)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}

/** Says how things stand now. */
function isNews({ kind, isReplay }: AlertMessage): boolean {
  return kind !== 'test' && kind !== 'drill' && isReplay !== true
}

function topicOf(message: HookMessage): string {
  if (message.type === 'heartbeat') return 'heartbeat'
  if (message.type === 'digest') return `digests/${message.rule}`
  const { kind, stations } = message
  return stations.length === 1 ? `alerts/${kind}/${stations[0]}` : `alerts/${kind}`
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('too late')), { once: true }))
}
