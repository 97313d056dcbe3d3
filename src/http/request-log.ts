// One line per request, and the headers that let a client and an operator speak of the same one. Never logged: query
// strings (they may hold a login or an image URL), headers, bodies.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { ClientGone, type ErrorAnswer, answerOf } from './error-handler.js'
import { RequestLife } from './request-life.js'

/** The request's id: the one that a proxy gave it, if it is harmless, else a new one. */
export function requestId (request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

/** Told of every finished request. `kind` names the failure that was answered, if it was one. */
export interface RequestObserver {
  observe(life: RequestLife, outcome: { readonly status: number, readonly kind: string | undefined }, durationS: number): void
}

/**
 * Makes the function that begins the life of a request: it tells the client the request's id, and when the answer has
 * been sent, or the client has gone, it writes the line and tells the observers.
 */
export function createLifeKeeper (observers: readonly RequestObserver[]): (request: FastifyRequest, reply: FastifyReply) => void {
  return (request, reply) => {
    const startedMs = performance.now()
    const life = new RequestLife()
    request.life = life
    reply.header('x-request-id', request.id)
    let ended = false
    const end = (gone: boolean): void => {
      if (ended) return
      ended = true
      life.end(gone)
      const durationMs = performance.now() - startedMs
      const error = gone ? answerOf(new ClientGone(), request) : life.error
      const status = error?.status ?? reply.statusCode
      for (const observer of observers) observer.observe(life, { status, kind: error?.kind }, durationMs / 1000)
      writeLine(request, { status, error, durationMs })
    }
    // Not Fastify's onResponse, which knows nothing of clients that leave before they are answered.
    reply.raw.once('finish', () => end(false))
    reply.raw.once('close', () => end(!reply.raw.writableEnded))
  }
}

/** Installs the hooks that begin each request's life and put its timing into the answer. */
export function installRequestLog (app: FastifyInstance, beginLife: ReturnType<typeof createLifeKeeper>): void {
  app.addHook('onRequest', async (request, reply) => beginLife(request, reply))
  app.addHook('onSend', async (request, reply) => {
    const timing = request.life.serverTiming()
    if (timing !== '') reply.header('server-timing', timing)
  })
}

interface Outcome {
  readonly status: number
  readonly error: ErrorAnswer | undefined
  readonly durationMs: number
}

function writeLine (request: FastifyRequest, { status, error, durationMs }: Outcome): void {
  const { life } = request
  const quiet = life.endpoint === undefined && status < 400
  request.log[status >= 500 ? 'warn' : quiet ? 'debug' : 'info']({
    method: request.method,
    ...(life.endpoint === undefined ? { path: request.url.split('?', 1)[0]?.slice(0, 200) } : { function: life.endpoint }),
    status,
    ...(error === undefined ? {} : { code: error.code, error: error.message }),
    ms: round(durationMs),
    ...Object.fromEntries([...life.stages].map(([stage, ms]) => [`${stage}Ms`, round(ms)])),
    address: request.ip,
    ...(life.principal === undefined ? {} : { userId: life.principal.userId, organizationId: life.principal.organizationId })
  }, 'request')
}

function round (ms: number): number {
  return Math.round(ms * 10) / 10
}
