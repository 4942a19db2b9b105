import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import { type FastifyInstance, fastify } from 'fastify'
import { z } from 'zod'
import type { ListenAddress } from '../contract/config.ts'
import { UsageError } from '../domain/errors.ts'
import { Access } from './access.ts'
import { addApiRoutes } from './api-routes.ts'
import type { FeedHub } from './feed-hub.ts'
import { serveFeed } from './feed-server.ts'
import { failureOf, HttpError } from './http-error.ts'
import type { MonitorView } from './monitor-view.ts'
import { checked } from './query.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

export interface HttpServerOptions {
  readonly listen: ListenAddress
  /** Asked for when given; required by the configuration anywhere but on loopback. */
  readonly token?: string | undefined
  readonly view: MonitorView
  readonly hub: FeedHub
  /** The built dashboard; without it there is the API alone. */
  readonly webRoot?: string | undefined
  /** Errors that are ours (status 500). */
  readonly onError: (error: unknown) => void
}

export interface HttpServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Characters of a detection's id. */
const LONGEST_ID = 300

const LOGIN_ROUTE = '/api/login'

const loginSchema = z.strictObject({ token: z.string() })

/**
 * Serves API, feed and dashboard.
 *
 * @throws {UsageError} when the address is in use or not ours
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listen, view, hub } = options
  const access = new Access(options.token)
  const server = fastify({ forceCloseConnections: true, routerOptions: { maxParamLength: LONGEST_ID } })
  protect(server, access, options.onError)
  addLogin(server, access)
  addApiRoutes(server, view, hub)
  await addDashboard(server, options.webRoot)
  const closeFeed = serveFeed(server.server, view, hub, access)
  await listenOn(server, listen)
  const port = portOf(server)
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
  return {
    url: `http://${host}:${port}`,
    port,
    close: async () => {
      await closeFeed()
      await server.close()
    },
  }
}

/** Headers, access and errors of every answer. */
function protect(server: FastifyInstance, access: Access, onError: (error: unknown) => void): void {
  server.addHook('onRequest', async ({ headers, routeOptions }, reply) => {
    reply.headers(SECURITY_HEADERS)
    access.checkOrigin(headers)
    // The route, not the url: `/%61pi/health` is /api/health, too.
    const { url: route = '' } = routeOptions
    if (!route.startsWith('/api/') && route !== '/metrics') return
    reply.header('cache-control', 'no-store')
    // The page itself is no secret, and there must be a way in.
    if (route !== LOGIN_ROUTE) access.checkToken(headers)
  })
  server.setErrorHandler((error, _request, reply) => {
    const { status, code, message } = failureOf(error)
    if (status >= 500) onError(error)
    return reply.status(status).send({ error: { code, message } })
  })
  server.setNotFoundHandler(({ method, url }) => {
    throw new HttpError('NOT_FOUND', `path: expected one of the API, got ${method} ${url.split('?')[0]}`)
  })
}

/** POST /api/login {token} → cookie, so that a page can use the API and the feed. */
function addLogin(server: FastifyInstance, access: Access): void {
  server.post(LOGIN_ROUTE, (request, reply) => {
    const { token } = checked(loginSchema, request.body)
    return reply.header('set-cookie', access.login(token)).status(204).send()
  })
}

async function addDashboard(server: FastifyInstance, webRoot: string | undefined): Promise<void> {
  if (webRoot !== undefined && existsSync(webRoot)) {
    await server.register(fastifyStatic, { root: webRoot })
    return
  }
  server.get('/', () => {
    throw new HttpError(
      'NOT_FOUND',
      'dashboard: expected a built one, got none; run `npm run build`. The API is under /api/health',
    )
  })
}

async function listenOn(server: FastifyInstance, { host, port }: ListenAddress): Promise<void> {
  try {
    await server.listen({ host, port })
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const got = code === 'EADDRINUSE' ? 'one that another program listens on' : message
    throw new UsageError(
      `http: expected a free address, got ${got} (${host}:${port}); name another one as http.listen`,
      { host, port, reason: code },
      cause,
    )
  }
}

/** The port in use; it differs from the wanted one when that is 0. */
function portOf(server: FastifyInstance): number {
  const address = server.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
