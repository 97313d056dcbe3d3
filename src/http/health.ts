// Liveness and readiness. They differ: a process that starts or stops is alive but not ready.
import type { FastifyInstance, FastifySchema } from 'fastify'

/** Whether requests should be sent here; not ready comes with the reason. */
export type Readiness = { readonly ready: true } | { readonly ready: false, readonly reason: string }

/** Registers /livez and /readyz. Both answer the bare status code that load balancers and orchestrators look at. */
export function registerHealth (app: FastifyInstance, readiness: () => Readiness): void {
  app.get('/livez', { schema: describe('Whether the process lives', { 200: 'It lives' }) }, (request, reply) => {
    reply.header('cache-control', 'no-store').send({ status: 'alive' })
  })
  app.get('/readyz', { schema: describe('Whether requests should be sent here', { 200: 'Ready', 503: 'Starting or stopping' }) }, (request, reply) => {
    const state = readiness()
    reply.header('cache-control', 'no-store').code(state.ready ? 200 : 503)
      .send(state.ready ? { status: 'ready' } : { status: 'not ready', reason: state.reason })
  })
}

function describe (summary: string, answers: Readonly<Record<number, string>>): FastifySchema {
  const response = Object.fromEntries(Object.entries(answers).map(([status, description]) => [status, {
    description,
    content: { 'application/json': { schema: { type: 'object', properties: { status: { type: 'string' } } } } }
  }]))
  return { summary, tags: ['operation'], security: [], response }
}
