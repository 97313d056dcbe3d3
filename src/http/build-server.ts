// The HTTP server from its parts: limits, headers, error answers, operation routes and the endpoints it is given.
import cors from '@fastify/cors'
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet'
import multipart from '@fastify/multipart'
import Fastify, {
  type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController, type onRequestHookHandler
} from 'fastify'
import type { Config } from '../config.js'
import { Failure } from '../errors.js'
import { serveConsole } from './console-page.js'
import { collectDocs, serveDocs } from './docs.js'
import type { Endpoint } from './endpoint.js'
import { type ErrorAnswer, answerExpectation, answerOf, answerUnparsable, installErrorHandler, sendError } from './error-handler.js'
import { type Readiness, registerHealth } from './health.js'
import { createKeyLimit } from './key-limit.js'
import { watchMethods } from './method-guard.js'
import type { Metrics } from './metrics.js'
import { addBodyParsers } from './parameters.js'
import { type EndpointDeps, registerEndpoint } from './register-endpoint.js'
import { createLifeKeeper, installRequestLog, type RequestObserver, requestId } from './request-log.js'
import { closeConnectionsOnStop } from './stop-connections.js'

export interface ServerOptions extends EndpointDeps {
  readonly config: Pick<Config, 'trustProxy' | 'httpStatus' | 'docs' | 'metrics' | 'corsOrigins' | 'rateLimit'>
  readonly version: string
  readonly logger: FastifyBaseLogger
  readonly endpoints: readonly Endpoint[]
  readonly metrics: Metrics
  readonly readiness: () => Readiness
  /** Told of every finished request besides the metrics. */
  readonly observers?: readonly RequestObserver[]
  /** Folder of the console's page, if it is served. */
  readonly consoleFolder?: string | undefined
}

// A body that has not arrived by then belongs to a slow or hostile client.
const RECEIVE_TIMEOUT_MS = 120_000

// Tokens and keys travel in headers, and plugins log those at the level trace.
const HEADERS_IN_LOG = { paths: ['headers', '*.headers'], remove: true }

// An API has nothing to run or embed; the documentation's page brings its own policy. Whether there is TLS, the proxy
// in front knows: no Strict-Transport-Security, nor what only makes sense with it.
const HELMET_OPTIONS: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false
}

/** Builds the server; it does not listen yet. */
export async function buildServer (options: ServerOptions): Promise<FastifyInstance> {
  const { config, metrics, endpoints } = options
  const beginLife = createLifeKeeper([metrics, ...options.observers ?? []])
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger.child({}, { redact: HEADERS_IN_LOG }),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    requestIdHeader: false,
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    // In-flight requests end normally; readiness tells load balancers to send no more.
    return503OnClosing: false,
    // Node would refuse them without an envelope, and nothing here depends on the host.
    http: { requireHostHeader: false },
    forceCloseConnections: 'idle',
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    frameworkErrors: (error, request, reply) => {
      // The hooks do not run for a URL that cannot be routed.
      beginLife(request, reply)
      const answer = answerOf(error, request)
      onError(request, answer, error)
      return sendError(reply, answer, isAlwaysOk(request))
    },
    clientErrorHandler: answerUnparsable
  })
  app.decorateRequest('life')
  // Schemas are documentation here: endpoints read their parameters and write their answers themselves.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  // The hosted service does not mind the type of the request, so a GET may carry a body.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })

  closeConnectionsOnStop(app)
  app.server.on('checkExpectation', answerExpectation)
  installRequestLog(app, beginLife)
  app.addHook('onRequest', forgetTypeOfEmptyBody)
  installErrorHandler(app, { isAlwaysOk, onError })
  const guardMethods = watchMethods(app)
  await app.register(helmet, HELMET_OPTIONS)
  if (config.corsOrigins.length > 0) {
    await app.register(cors, { origin: config.corsOrigins.includes('*') ? '*' : [...config.corsOrigins], methods: ['GET', 'POST'], exposedHeaders: ['retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-request-id', 'server-timing'], strictPreflight: false, maxAge: 600 })
  }
  addBodyParsers(app)
  await app.register(multipart, { throwFileSizeLimit: false })
  if (config.docs !== 'off') await collectDocs(app, options)

  await app.register(async scope => {
    registerHealth(scope, options.readiness)
    if (config.metrics !== 'off') registerMetrics(scope, metrics, allow(config.metrics))
    const limit = config.rateLimit === undefined ? undefined : await createKeyLimit(scope, config.rateLimit)
    for (const endpoint of endpoints) registerEndpoint(scope, endpoint, { ...options, limit })
    if (options.consoleFolder !== undefined) await serveConsole(scope, options.consoleFolder)
    if (config.docs !== 'off') {
      if (options.consoleFolder === undefined) scope.get('/', { schema: { hide: true } }, (request, reply) => reply.redirect('/docs'))
      await scope.register(serveDocs, { onRequest: allow(config.docs) })
    }
  })
  guardMethods()
  return app

  // Health and metrics keep their statuses: orchestrators look at nothing else.
  function isAlwaysOk ({ url }: FastifyRequest): boolean {
    return config.httpStatus === 'always-200' && /^\/+compute(\/|$)/i.test(url)
  }

  function onError (request: FastifyRequest, answer: ErrorAnswer, error: unknown): void {
    request.life.error = answer
    if (answer.kind === 'internal') request.log.error({ err: error }, 'a request failed through our own fault')
    else if (error instanceof Failure && error.cause !== undefined) request.log.debug({ err: error.cause }, 'cause of a failed request')
  }

  function allow (access: 'public' | 'token'): onRequestHookHandler {
    return async request => {
      if (access === 'token') await options.authenticate(request)
    }
  }
}

const METRICS_SCHEMA = {
  summary: 'Metrics',
  tags: ['operation'],
  security: [],
  response: { 200: { description: 'In Prometheus\'s text format', content: { 'text/plain': { schema: { type: 'string' } } } } }
}

function registerMetrics (app: FastifyInstance, metrics: Metrics, onRequest: onRequestHookHandler): void {
  app.get('/metrics', { onRequest, schema: METRICS_SCHEMA }, async (request, reply) => {
    return await reply.header('content-type', metrics.contentType).send(await metrics.render())
  })
}

// Some clients state a type on every request, also where there is no body for a parser to fail on.
async function forgetTypeOfEmptyBody ({ headers, raw }: FastifyRequest): Promise<void> {
  const length = headers['content-length']
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) delete raw.headers['content-type']
}
