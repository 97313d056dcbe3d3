// 405 instead of 404: for each path, the methods that no route takes answer that they are not allowed.
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { Failure } from '../errors.js'

const METHODS: readonly HTTPMethods[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']

/** Notes the routes registered from now on and returns the function that guards their paths. */
export function watchMethods (app: FastifyInstance): () => void {
  const taken = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = taken.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    taken.set(url, methods)
  })
  return () => {
    for (const [url, methods] of [...taken]) {
      const free = METHODS.filter(method => !methods.has(method))
      if (url.includes('*') || free.length === 0) continue
      const allow = [...methods].sort().join(', ')
      app.route({
        method: [...free],
        url,
        schema: { hide: true },
        onRequest: async (request, reply) => {
          reply.header('allow', allow)
          throw new Failure('method_not_allowed', `${request.method} is not allowed here; allowed are ${allow}`)
        },
        handler: () => undefined
      })
    }
  }
}
