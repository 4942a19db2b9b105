import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { rootCertificates } from 'node:tls'
import { checkAddress, guardedLookup } from './private-address.ts'

export interface HttpAnswer {
  readonly status: number
  readonly retryAfter: string | undefined
  /** Its beginning. */
  readonly body: string
}

/** So much of an answer is read; then the connection is closed. */
const MOST_ANSWER_BYTES = 16_384
const IDLE_MILLIS = 30_000

/** Posts to one url over connections that are kept; follows no redirect, reads no long answer. */
export class HttpPoster {
  readonly #url: URL
  readonly #agent: HttpAgent | HttpsAgent
  readonly #allowPrivate: boolean

  /** @param ca certificates of further authorities, PEM */
  constructor(url: URL, { allowPrivate, ca }: { allowPrivate: boolean; ca?: string | undefined }) {
    this.#url = url
    this.#allowPrivate = allowPrivate
    const lookup = guardedLookup(allowPrivate)
    const keeping = { keepAlive: true, timeout: IDLE_MILLIS, lookup }
    this.#agent =
      url.protocol === 'https:'
        ? new HttpsAgent({ ...keeping, ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }) })
        : new HttpAgent(keeping)
  }

  /** @throws whatever the network says; {RefusedAddressError} before anything is sent */
  async post(body: string, headers: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
    const url = this.#url
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0) checkAddress(literal, this.#allowPrivate)
    const bytes = Buffer.from(body)
    const options: RequestOptions = {
      method: 'POST',
      agent: this.#agent,
      headers: { ...headers, 'content-length': String(bytes.length) },
      signal,
    }
    return new Promise((resolve, reject) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      const request = send(url, options, (response) => readAnswer(response).then(resolve, reject))
      request.on('error', reject)
      request.end(bytes)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** What counts is the status: an answer that is cut off or too long after it is as good as a whole one. */
function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let length = 0
    const done = () => {
      const { statusCode = 0, headers } = response
      const body = Buffer.concat(parts).subarray(0, MOST_ANSWER_BYTES).toString('utf8')
      resolve({ status: statusCode, retryAfter: headers['retry-after'], body })
    }
    response.on('data', (part: Buffer) => {
      parts.push(part)
      length += part.length
      if (length <= MOST_ANSWER_BYTES) return
      done()
      response.destroy()
    })
    response.on('end', done)
    response.on('error', done)
    response.on('close', done)
  })
}
