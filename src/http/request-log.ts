// One line per request, and the headers that let a client and an operator speak of the same one. Never logged: query
// strings (they may hold a login or an image URL), headers, bodies.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Metrics } from './metrics.js'
import { RequestLife } from './request-life.js'

/** The request's id: the one that a proxy gave it, if it is harmless, else a new one. */
export function requestId (request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

/** Begins the life of a request and tells the client its id. */
export function beginLife (request: FastifyRequest, reply: FastifyReply): void {
  const life = new RequestLife()
  request.life = life
  reply.header('x-request-id', request.id)
  reply.raw.once('close', () => life.end(!reply.raw.writableFinished))
}

/** Installs the hooks that begin each request's life, put its id and timing into the answer, and log and count it. */
export function installRequestLog (app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', async (request, reply) => beginLife(request, reply))

  app.addHook('onSend', async (request, reply) => {
    const timing = request.life.serverTiming()
    if (timing !== '') reply.header('server-timing', timing)
  })

  app.addHook('onResponse', async (request, reply) => {
    const { life } = request
    const status = life.error?.status ?? reply.statusCode
    metrics.observe(life, status, reply.elapsedTime / 1000)
    const quiet = life.endpoint === undefined && status < 400
    request.log[status >= 500 ? 'warn' : quiet ? 'debug' : 'info']({
      method: request.method,
      ...(life.endpoint === undefined ? { path: request.url.split('?', 1)[0]?.slice(0, 200) } : { function: life.endpoint }),
      status,
      ...(life.error === undefined ? {} : { code: life.error.code, error: life.error.message }),
      ms: round(reply.elapsedTime),
      ...Object.fromEntries([...life.stages].map(([stage, ms]) => [`${stage}Ms`, round(ms)])),
      address: request.ip,
      ...(life.principal === undefined ? {} : { userId: life.principal.userId, organizationId: life.principal.organizationId })
    }, 'request')
  })
}

function round (ms: number): number {
  return Math.round(ms * 10) / 10
}
