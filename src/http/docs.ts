// The OpenAPI document and its page, served from this process alone.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, onRequestHookHandler } from 'fastify'
import { SESSION_COOKIE } from './console-cookie.js'
import { ERROR_SCHEMA, SECURITY } from './describe-endpoint.js'

const ABOUT = 'Every function answers GET and POST; parameters may stand in the query string and in an urlencoded, multipart or JSON body, and their names are case-insensitive. Every answer is an envelope: `content`, `code` ("0" when all went well), `message`.'

// The page's default policy lets in other hosts and asks browsers to use TLS, which breaks it on plain HTTP in a LAN.
// Swagger UI sets styles inline.
const PAGE_POLICY = [
  "default-src 'self'", "base-uri 'self'", "font-src 'self' data:", "frame-ancestors 'self'", "img-src 'self' data:",
  "object-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'"
].join('; ')

export interface DocsOptions {
  readonly version: string
  /** Decides who may read the documentation. */
  readonly onRequest: onRequestHookHandler
}

/** Collects the documentation of routes registered from now on. */
export async function collectDocs (app: FastifyInstance, { version }: Pick<DocsOptions, 'version'>): Promise<void> {
  app.addSchema(ERROR_SCHEMA)
  await app.register(swagger, {
    refResolver: { buildLocalReference: (schema, baseUri, fragment, index) => typeof schema.$id === 'string' ? schema.$id : `schema-${index}` },
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Compute API, on premise', version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      tags: [
        { name: 'image', description: 'The functions of the hosted Compute API' },
        { name: 'operation', description: 'Health and metrics' },
        { name: 'administration', description: 'Keys, users and usage of the caller\'s organisation, for Administrators' },
        { name: 'console', description: 'What the page at /console/ asks for besides' }
      ],
      components: {
        securitySchemes: {
          [SECURITY.token]: { type: 'apiKey', in: 'header', name: 'token', description: 'An access_token from getToken' },
          [SECURITY.userName]: { type: 'apiKey', in: 'header', name: 'userName', description: 'The login that got the token; may be left out' },
          [SECURITY.bearer]: { type: 'http', scheme: 'bearer', description: 'The same token, as a bearer token' },
          [SECURITY.session]: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE, description: 'A session of the console; wants the header x-compute-console too, which no other page can send' }
        }
      }
    }
  })
}

/** Serves the document at /docs/json and its page at /docs. */
export async function serveDocs (app: FastifyInstance, { onRequest }: Pick<DocsOptions, 'onRequest'>): Promise<void> {
  app.addHook('onRequest', onRequest)
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: PAGE_POLICY,
    uiConfig: { deepLinking: true, displayRequestDuration: true, validatorUrl: null }
  })
}
