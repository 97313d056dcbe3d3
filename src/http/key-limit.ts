// How often one API key may ask, whatever it asks for, so that one client's loop is not everybody's outage.
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { Failure } from '../errors.js'

/** So many requests in each window; windows begin with a key's first request. */
export interface RateLimit {
  readonly requests: number
  readonly windowMs: number
}

/** Keys that are counted at a time; a key that is pushed out begins anew. */
const MAX_KEYS = 100_000

/**
 * Makes the check that comes after authentication. It sets X-RateLimit-Limit, -Remaining and -Reset (seconds) on what it
 * lets pass, and Retry-After where it refuses.
 * @throws Failure rate_limited, from the check
 */
export async function createKeyLimit (app: FastifyInstance, { requests, windowMs }: RateLimit): Promise<onRequestAsyncHookHandler> {
  await app.register(rateLimit, {
    global: false,
    max: requests,
    timeWindow: windowMs,
    cache: MAX_KEYS,
    keyGenerator: ({ life, ip }) => life.principal?.keyId ?? ip,
    errorResponseBuilder: (request, { ttl }) => {
      const retryAfterS = Math.max(1, Math.ceil(ttl / 1000))
      return new Failure('rate_limited', `this API key has made ${requests} requests in ${windowMs / 1000} s, which is the limit; try again in ${retryAfterS} s`, { retryAfterS })
    }
  })
  return app.rateLimit() as unknown as onRequestAsyncHookHandler
}
