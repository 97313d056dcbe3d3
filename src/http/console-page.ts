// The console's page, served from files that the build made.
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'

// Nothing inline, nothing from elsewhere; pictures that the visitor chose are blobs, answers carry data URIs.
const PAGE_POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"
].join('; ')

const PREFIX = '/console/'

/** Where the build puts the page, seen from src/ and from dist/ alike. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../../dist/console/', import.meta.url))

/** Serves the files of a folder at /console/, and leads there from the root. */
export async function serveConsole (app: FastifyInstance, folder: string): Promise<void> {
  await app.register(async scope => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('content-security-policy', PAGE_POLICY).header('referrer-policy', 'no-referrer')
      // Without the slash the page would look for its files in the root. Relative, for proxies that add a prefix.
      const [path = '', query] = request.url.split('?', 2)
      if (request.routeOptions.url === PREFIX && !path.endsWith('/')) return reply.redirect(`console/${query === undefined ? '' : `?${query}`}`)
    })
    await scope.register(fastifyStatic, {
      root: folder,
      prefix: PREFIX,
      decorateReply: false,
      // One route a file: whatever else is asked for gets the answer of all unknown routes.
      wildcard: false,
      globIgnore: ['**/*.br', '**/*.gz'],
      preCompressed: true,
      // Asked for again each time, and answered 304 mostly: an update of the server is one of the page.
      cacheControl: false,
      setHeaders: reply => { reply.header('cache-control', 'no-cache') }
    })
  })
  app.get('/', { schema: { hide: true } }, (request, reply) => reply.redirect('console/'))
}
