import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { AlertDeliveryError } from '../../src/domain/errors.ts'
import { openHooks } from '../../src/io/alerts/open-hooks.ts'
import { configOf, exampleAlert } from '../helpers/alert-office.ts'
import { AlertReceiver, accept, answer, type Behaviour, hang, hangUp } from '../helpers/alert-receiver.ts'

const NOW = 1_562_261_629_000_000
const CERTIFICATE = new URL('../fixtures/tls/localhost-cert.pem', import.meta.url).pathname
const KEY = new URL('../fixtures/tls/localhost-key.pem', import.meta.url).pathname
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receiver(...script: Behaviour[]): Promise<AlertReceiver> {
  const made = await AlertReceiver.listen(...script)
  closing.push(() => made.close())
  return made
}

/** The web hook of a configuration; a test's receiver is on a private address. */
function webhook(url: string, more = 'allowPrivate: true', environment: Record<string, string> = {}) {
  const config = configOf('/nowhere', `hooks: { web: { kind: webhook, url: "${url}", ${more} } }\n`, environment)
  const hook = openHooks(config, environment, { now: () => NOW }).get('web')!
  closing.push(() => hook.close())
  return hook
}

async function failure(sending: Promise<void>): Promise<AlertDeliveryError> {
  const error = await sending.then(
    () => new Error('expected a failure'),
    (cause: unknown) => cause,
  )
  expect(error).toBeInstanceOf(AlertDeliveryError)
  return error as AlertDeliveryError
}

const soon = () => AbortSignal.timeout(60_000)

describe('a web hook', () => {
  it('posts the alert with its key, signed with the time', async () => {
    const there = await receiver(accept)
    const hook = webhook(there.url, 'allowPrivate: true, secret: "$' + '{ENV:KEY}", headers: { x-team: seismo }', { KEY: 'shh' })
    const alert = exampleAlert()
    await hook.send(alert, soon())
    const [{ method, path, headers, text, json } = there.received[0]!] = there.received
    expect([method, path, json]).toEqual(['POST', '/hook', alert])
    expect(headers).toMatchObject({ 'idempotency-key': alert.key, 'content-type': 'application/json', 'x-team': 'seismo' })
    expect(headers['x-quakewire-timestamp']).toBe('1562261629')
    const expected = createHmac('sha256', 'shh').update(`1562261629.${text}`).digest('hex')
    expect(headers['x-quakewire-signature']).toBe(`v1=${expected}`)
  })

  it('takes nothing but 2xx for a delivery, and says which answers will never change', async () => {
    const there = await receiver(answer(500, {}, 'out of\norder'), answer(404), answer(422), accept)
    const hook = webhook(there.url)
    const first = await failure(hook.send(exampleAlert(), soon()))
    expect(first.message).toBe('alert: delivery to web failed: expected status 2xx, got 500 "out of order"')
    expect(first).toMatchObject({ code: 'ALERT_DELIVERY', context: { hook: 'web', status: 500, isPermanent: false } })
    expect((await failure(hook.send(exampleAlert(), soon()))).context).toMatchObject({ status: 404, isPermanent: false })
    expect((await failure(hook.send(exampleAlert(), soon()))).context).toMatchObject({ status: 422, isPermanent: true })
    await hook.send(exampleAlert(), soon())
  })

  it('keeps to Retry-After, in seconds and as a date', async () => {
    const date = new Date(NOW / 1000 + 90_000).toUTCString()
    const there = await receiver(answer(429, { 'retry-after': '7' }), answer(503, { 'retry-after': date }))
    const hook = webhook(there.url)
    expect((await failure(hook.send(exampleAlert(), soon()))).context.retryAfterSeconds).toBe(7)
    expect((await failure(hook.send(exampleAlert(), soon()))).context.retryAfterSeconds).toBe(90)
  })

  it('follows no redirect', async () => {
    const elsewhere = await receiver(accept)
    const there = await receiver(answer(307, { location: elsewhere.url }))
    const { message } = await failure(webhook(there.url).send(exampleAlert(), soon()))
    expect(message).toBe(
      'alert: delivery to web failed: expected status 2xx, got 307, a redirect (they are not followed: give the final url)',
    )
    expect(elsewhere.received).toEqual([])
  })

  it('gives up on one that takes the message and says nothing, and on one that hangs up', async () => {
    const there = await receiver(hang, hangUp)
    const hook = webhook(there.url, 'allowPrivate: true, timeoutSeconds: 0.2')
    const { message } = await failure(hook.send(exampleAlert(), AbortSignal.timeout(200)))
    expect(message).toBe('alert: delivery to web failed: expected an answer within 0.2 s, got none')
    expect((await failure(hook.send(exampleAlert(), soon()))).message).toMatch(/expected an answer, got socket hang up/)
  })

  it('reads little of an endless answer', async () => {
    let written = 0
    const flood: Behaviour = (response) => {
      response.writeHead(200)
      const more = () => {
        if (response.destroyed) return
        written += 65_536
        response.write(Buffer.alloc(65_536), () => setImmediate(more))
      }
      more()
    }
    const there = await receiver(flood)
    await webhook(there.url).send(exampleAlert(), soon())
    expect(written).toBeLessThan(10_000_000)
  })

  it('does not go to private addresses unless it may, and never to link-local ones', async () => {
    const there = await receiver(accept)
    const refused = await failure(webhook(there.url, 'allowPrivate: false').send(exampleAlert(), soon()))
    expect(refused.message).toBe(
      'alert: delivery to web failed: expected a public address (allowPrivate: true allows others), got 127.0.0.1',
    )
    const named = there.url.replace('127.0.0.1', 'localhost')
    expect((await failure(webhook(named, 'allowPrivate: false').send(exampleAlert(), soon()))).message).toMatch(
      /a public address/,
    )
    const mapped = there.url.replace('127.0.0.1', '[::ffff:7f00:1]')
    expect((await failure(webhook(mapped, 'allowPrivate: false').send(exampleAlert(), soon()))).message).toMatch(
      /a public address/,
    )
    const metadata = await failure(webhook('http://169.254.169.254/latest').send(exampleAlert(), soon()))
    expect(metadata.message).toMatch(/expected an address that is not link-local, got 169\.254\.169\.254/)
    expect(there.received).toEqual([])
  })

  it('refuses a certificate that nobody vouches for, and takes it with its authority', async () => {
    const there = await AlertReceiver.listenTls({ cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) }, accept)
    closing.push(() => there.close())
    const { message } = await failure(webhook(there.url).send(exampleAlert(), soon()))
    expect(message).toMatch(/expected an answer, got a bad certificate: .*self-signed.*ca:/)
    await webhook(there.url, `allowPrivate: true, ca: ${CERTIFICATE}`).send(exampleAlert(), soon())
    expect(there.received).toHaveLength(1)
  })
})

describe('templates', () => {
  const alert = exampleAlert({ title: 'Earthquake at <CI_CLC> & more', severity: 'critical', reason: 'spike' })
  const text = '[CRITICAL] Earthquake at <CI_CLC> & more (spike)'

  it.each([
    ['slack', { text: '[CRITICAL] Earthquake at &lt;CI_CLC&gt; &amp; more (spike)' }],
    ['discord', { content: text, allowed_mentions: { parse: [] } }],
    ['ntfy', { topic: 'hook', title: '[CRITICAL] Earthquake at <CI_CLC> & more', message: text, priority: 5 }],
    ['teams', { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }] }],
  ])('speak to %s', async (template, body) => {
    const there = await receiver(accept)
    await webhook(there.url, `allowPrivate: true, template: ${template}`).send(alert, soon())
    expect(there.received[0]).toMatchObject({ path: template === 'ntfy' ? '/' : '/hook', json: body })
  })

  it('speak to Pushover with its token and user', async () => {
    const there = await receiver(accept)
    const environment = { TOKEN: 't', USER_KEY: 'u' }
    const more = 'allowPrivate: true, template: pushover, token: "$' + '{ENV:TOKEN}", user: "$' + '{ENV:USER_KEY}"'
    await webhook(there.url, more, environment).send(alert, soon())
    expect(there.received[0]!.json).toMatchObject({ token: 't', user: 'u', message: text, priority: 1 })
  })

  it('fill their fields in, with a dash for what an alert does not have', async () => {
    const there = await receiver(accept)
    const line = '{station}: {score} for {duration}, {state}'
    await webhook(there.url, `allowPrivate: true, template: slack, text: "${line}"`).send(exampleAlert(), soon())
    expect(there.received[0]!.json).toEqual({ text: 'CI_CLC: 0.970 for –, open' })
  })
})
