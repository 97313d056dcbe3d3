// An endpoint's whole life: authenticate, read parameters, load the pictures, wait for a CPU, run the service, wrap the
// answer. This is the one place that builds a successful envelope.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TObject } from 'typebox'
import type { CpuBudget } from '../runtime/cpu-budget.js'
import { createEnvelopeWriter } from '../wire/envelope.js'
import type { Authenticate } from './authenticate.js'
import { describeEndpoint } from './describe-endpoint.js'
import type { Call, Endpoint } from './endpoint.js'
import { type ImageLoader, loadImage, readImageSource } from './image-fields.js'
import { readOptions } from './read-options.js'
import { readParameters } from './parameters.js'

export interface EndpointDeps {
  readonly authenticate: Authenticate
  readonly budget: CpuBudget
  readonly images: ImageLoader
  readonly requestTimeoutMs: number
}

/** Where the functions of the API live. */
export const API_PREFIX = '/compute/v1/image'

// Base64 adds a third, line ends and percent-encoding of "+", "/" and "=" another twelfth.
const TEXT_PER_BYTE = 1.5
// Room for everything that is not a picture: names, boundaries, options.
const OTHER_BYTES = 65_536

/** Registers an endpoint for GET and POST. */
export function registerEndpoint (app: FastifyInstance, endpoint: Endpoint, deps: EndpointDeps): void {
  const writeEnvelope = createEnvelopeWriter(endpoint.content)
  const maxBodyBytes = Math.ceil(endpoint.images.length * deps.images.maxImageBytes * TEXT_PER_BYTE) + OTHER_BYTES

  async function onRequest (request: FastifyRequest): Promise<void> {
    request.life.endpoint = endpoint.name
    if (endpoint.access === 'token') await request.life.stage('auth', () => deps.authenticate(request))
  }

  async function handler (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { life } = request
    life.startDeadline(deps.requestTimeoutMs)
    const parameters = await readParameters(request, maxBodyBytes)
    const options = readOptions(endpoint.options, parameters)
    const sources = endpoint.images.map(name => ({ name, source: readImageSource(parameters, name) }))
    const images = await life.stage('fetch', async () => Object.fromEntries(await Promise.all(
      sources.map(async ({ name, source }) => [name, await loadImage(deps.images, name, source, life.signal)] as const)
    )))
    const call: Call<string, TObject> = {
      images,
      options,
      address: request.ip,
      work: life,
      header: name => firstValue(request.headers[name.toLowerCase()])
    }
    const content = endpoint.images.length === 0
      ? await endpoint.handle(call)
      : await holdSlot(deps.budget, life, () => endpoint.handle(call))
    const body = await life.stage('encode', () => writeEnvelope(content))
    return reply.header('content-type', 'application/json').send(body)
  }

  for (const method of ['GET', 'POST'] as const) {
    app.route({
      method,
      url: `${API_PREFIX}/${endpoint.name}`,
      schema: describeEndpoint(endpoint, method),
      bodyLimit: maxBodyBytes,
      // HEAD would compute an answer only to throw it away.
      exposeHeadRoute: false,
      onRequest,
      handler
    })
  }
}

async function holdSlot<T> (budget: CpuBudget, life: FastifyRequest['life'], work: () => Promise<T>): Promise<T> {
  const queuedMs = performance.now()
  const computed = budget.run(() => {
    life.add('queue', performance.now() - queuedMs)
    return work()
  }, life.signal)
  // The answer does not wait for work that nobody can stop; its slot stays taken until it ends.
  return await Promise.race([computed, aborted(life.signal)])
}

function aborted (signal: AbortSignal): Promise<never> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function firstValue (value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
