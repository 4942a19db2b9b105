import type { ErrorAnswer } from '../../contract/http.ts'

/** The monitor refused or could not be reached; `message` is fit to be shown. */
export class ApiError extends Error {
  /** Of the answer: `NOT_FOUND`, `UNAUTHORISED` …; `UNREACHABLE` when there was none. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
  }
}

type Query = Readonly<Record<string, string | number | undefined>>

/**
 * GET of a path below `api/`.
 *
 * @param query undefined values are left out
 * @throws {ApiError}
 */
export async function getJson<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  const answer = await request(`api/${path}${searchOf(query)}`, signal ? { signal } : {})
  return (await answer.json()) as Answer
}

/** GET of bytes. @throws {ApiError} */
export async function getBytes(path: string, query: Query = {}, signal?: AbortSignal): Promise<ArrayBuffer> {
  const answer = await request(`api/${path}${searchOf(query)}`, signal ? { signal } : {})
  return answer.arrayBuffer()
}

/** POST, PATCH … with a JSON body. @returns undefined when the answer has no content. @throws {ApiError} */
export async function sendJson<Answer>(
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  body: unknown,
): Promise<Answer> {
  const answer = await request(`api/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (answer.status === 204 ? undefined : await answer.json()) as Answer
}

/** A path of parts that may hold any character. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/')
}

async function request(url: string, options: RequestInit): Promise<Response> {
  let answer: Response
  try {
    answer = await fetch(url, options)
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ApiError('UNREACHABLE', 'The monitor does not answer.')
  }
  if (answer.ok) return answer
  const { error } = await errorOf(answer)
  throw new ApiError(error.code, error.message)
}

async function errorOf(answer: Response): Promise<ErrorAnswer> {
  try {
    return (await answer.json()) as ErrorAnswer
  } catch {
    return { error: { code: `HTTP_${answer.status}`, message: `The monitor answered with status ${answer.status}.` } }
  }
}

function searchOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}
