import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createTransport, type Transporter } from 'nodemailer'
import type { HookMessage } from '../../contract/alert.ts'
import type { MailHookConfig } from '../../contract/alert-config.ts'
import { alertText } from './alert-text.ts'
import { deliveryError, type Hook } from './hook.ts'

/**
 * Sends mail over SMTP. The message id is made of the alert's key, so that mail programs show a repeated alert once, and messages
 * about one subject hang together.
 */
export class MailHook implements Hook {
  readonly kind = 'mail'
  readonly name: string
  readonly #config: MailHookConfig
  readonly #transport: Transporter

  /** @param config with its secrets in place */
  constructor(name: string, config: MailHookConfig) {
    this.name = name
    this.#config = config
    const { host, port, security, user, password, ca, timeoutSeconds, concurrency } = config
    const millis = timeoutSeconds * 1000
    this.#transport = createTransport({
      host,
      port,
      pool: true,
      maxConnections: concurrency,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      ...(ca === undefined ? {} : { tls: { ca: readFileSync(ca, 'utf8') } }),
      connectionTimeout: millis,
      greetingTimeout: millis,
      socketTimeout: millis,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  async send(message: HookMessage, signal: AbortSignal): Promise<void> {
    const { from, to, text: template } = this.#config
    const { title, text } = alertText(message, template)
    const thread = message.type === 'alert' ? this.#messageId(`${message.subject}|${message.rule}`) : undefined
    const sending = this.#transport.sendMail({
      from,
      to,
      subject: `Quakewire: ${title}`,
      text: `${text}\n\n${JSON.stringify(message, null, 2)}\n`,
      messageId: this.#messageId(message.key),
      ...(thread === undefined ? {} : { references: thread }),
      headers: { 'X-Quakewire-Key': message.key, 'Auto-Submitted': 'auto-generated' },
    })
    await Promise.race([sending, whenAborted(signal)]).catch((error: unknown) => {
      const { responseCode, message: said } = error as { responseCode?: number; message: string }
      const got = signal.aborted ? `none within ${this.#config.timeoutSeconds} s` : said
      throw deliveryError(
        this.name,
        `expected a mail server that takes it, got ${got}`,
        responseCode === undefined ? {} : { status: responseCode },
        error,
      )
    })
  }

  async close(): Promise<void> {
    this.#transport.close()
  }

  #messageId(text: string): string {
    const domain =
      this.#config.from
        .split('@')
        .at(-1)
        ?.replace(/[^A-Za-z0-9.-]/g, '') || 'quakewire'
    return `<${createHash('sha256').update(text).digest('hex').slice(0, 32)}@${domain}>`
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('too late')), { once: true }))
}
