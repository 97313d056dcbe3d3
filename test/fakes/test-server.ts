// A real server over fake parts: everything of http/ and nothing behind it.
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { Type } from 'typebox'
import { Failure } from '../../src/errors.js'
import { buildServer, type ServerOptions } from '../../src/http/build-server.js'
import { type Endpoint, defineEndpoint } from '../../src/http/endpoint.js'
import { createMetrics } from '../../src/http/metrics.js'
import { createMemoryBudget } from '../../src/runtime/memory-budget.js'
import { createCpuBudget } from '../../src/runtime/cpu-budget.js'
import { createHash } from 'node:crypto'

/** Content of the fake endpoint: what reached it. */
export interface Seen {
  readonly bytes: number
  readonly sha256: string
  readonly note: string
}

/** An endpoint that answers what it was sent. The option `wait` holds the answer back for so many milliseconds. */
export function echoEndpoint (handle?: Endpoint['handle']): Endpoint {
  return defineEndpoint({
    name: 'echo',
    summary: 'Answers what it was sent',
    access: 'token',
    images: ['image'],
    options: Type.Object({ note: Type.Optional(Type.String()), wait: Type.Optional(Type.Integer()) }),
    content: Type.Object({ bytes: Type.Integer(), sha256: Type.String(), note: Type.String() }),
    example: { bytes: 0, sha256: '', note: '' },
    handle: handle as never ?? (async ({ images, options, work }) => {
      if (options.wait !== undefined) await work.stage('engine', () => new Promise(resolve => setTimeout(resolve, options.wait)))
      return { bytes: images.image.length, sha256: sha256(images.image), note: options.note ?? '' }
    })
  })
}

/** Hex digest of bytes. */
export function sha256 (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export interface TestServer {
  readonly app: FastifyInstance
  /** Log lines, parsed. */
  readonly log: ReadonlyArray<Record<string, unknown>>
}

/** Builds a server that knows one token, `good`, and the fake endpoint. */
export async function buildTestServer (t: Test, overrides: Partial<Omit<ServerOptions, 'config'>> & { config?: Partial<ServerOptions['config']> } = {}): Promise<TestServer> {
  const log: Array<Record<string, unknown>> = []
  const budget = overrides.budget ?? createCpuBudget({ slots: 2, maxQueue: 8, maxWaitMs: 60_000 })
  const memory = createMemoryBudget(1e9)
  const app = await buildServer({
    version: '0.0.0',
    logger: pino({ level: 'debug' }, { write: (line: string) => { log.push(JSON.parse(line)) } }),
    metrics: createMetrics(budget, memory),
    budget,
    memory,
    readiness: () => ({ ready: true }),
    requestTimeoutMs: 10_000,
    images: { maxImageBytes: 100_000, fetcher: { fetch: async () => { throw new Failure('url_refused', 'no URLs in this test') }, close: async () => {} } },
    endpoints: [echoEndpoint()],
    authenticate: async request => {
      if (request.headers.token === undefined && request.headers.authorization === undefined) throw new Failure('token_missing', 'the token is missing')
      if (request.headers.token !== 'good') throw new Failure('token_unknown', 'the token is unknown')
    },
    ...overrides,
    config: { trustProxy: [], httpStatus: 'real', docs: 'public', metrics: 'public', corsOrigins: [], rateLimit: undefined, ...overrides.config }
  })
  t.teardown(() => app.close())
  return { app, log }
}
