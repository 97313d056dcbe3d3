// An endpoint's whole life: authenticate, read parameters, load the pictures, wait for a CPU, run the service, wrap the
// answer. This is the one place that builds a successful envelope.
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { TObject } from 'typebox'
import type { Principal } from '../accounts/accounts.js'
import { ADMINISTRATOR } from '../accounts/names.js'
import { Failure } from '../errors.js'
import type { CpuBudget } from '../runtime/cpu-budget.js'
import type { MemoryBudget } from '../runtime/memory-budget.js'
import { createEnvelopeWriter } from '../wire/envelope.js'
import type { Authenticate } from './authenticate.js'
import { describeEndpoint } from './describe-endpoint.js'
import type { Call, Endpoint } from './endpoint.js'
import { type ImageLoader, loadImage, readImageSource } from './image-fields.js'
import { admitPictures } from './memory-admission.js'
import { readOptions } from './read-options.js'
import { readParameters } from './parameters.js'

export interface EndpointDeps {
  readonly authenticate: Authenticate
  readonly budget: CpuBudget
  readonly memory: MemoryBudget
  readonly images: ImageLoader
  readonly requestTimeoutMs: number
  /** Checked once it is known who asks. */
  readonly limit?: onRequestAsyncHookHandler | undefined
}

/** Where the functions of the hosted service live. */
const API_PREFIX = '/compute/v1/image'

// Base64 adds a third; line ends and the escaping of "+", "/" and "=" up to another quarter.
const TEXT_PER_BYTE = 1.6
// Room for everything that is not a picture: names, boundaries, options.
const OTHER_BYTES = 65_536

/** Registers an endpoint, for GET and POST unless it says otherwise. */
export function registerEndpoint (app: FastifyInstance, endpoint: Endpoint, deps: EndpointDeps): void {
  const writeEnvelope = createEnvelopeWriter(endpoint.content)
  // Accounts, secrets and states of the moment are nothing for a browser's cache.
  const keepsNothing = endpoint.tag === 'administration' || endpoint.tag === 'console'
  const maxBodyBytes = Math.ceil(endpoint.images.length * deps.images.maxImageBytes * TEXT_PER_BYTE) + OTHER_BYTES

  async function onRequest (request: FastifyRequest): Promise<void> {
    request.life.endpoint = endpoint.name
    request.life.isFunction = endpoint.tag === undefined || endpoint.tag === 'image'
    refuseEncodedBody(request)
    if (endpoint.access === 'public') return
    await request.life.stage('auth', () => deps.authenticate(request))
    if (endpoint.access === 'administrator') requireAdministrator(callerOf(request))
  }

  async function handler (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { life } = request
    const parameters = await readParameters(request, maxBodyBytes)
    life.startDeadline(deps.requestTimeoutMs)
    const options = readOptions(endpoint.options, parameters)
    const sources = await Promise.all(endpoint.images.map(async name => ({ name, source: await readImageSource(parameters, name) })))
    const images = await life.stage('fetch', async () => Object.fromEntries(await Promise.all(
      sources.map(async ({ name, source }) => [name, await loadImage(deps.images, name, source, life.signal)] as const)
    )))
    const call: Call<string, TObject> = {
      images,
      options,
      address: request.ip,
      work: life,
      get caller () { return callerOf(request) },
      headers: request.headers,
      overTls: request.protocol === 'https',
      header: name => firstValue(request.headers[name.toLowerCase()]),
      answerHeader: (name, value) => { reply.header(name, value) }
    }
    const work = endpoint.images.length === 0 ? endpoint.handle(call) : compute(endpoint, deps, call, life)
    // The answer does not wait for work that nobody can stop; its slot stays taken until it ends.
    const content = await Promise.race([work, aborted(life.signal)])
    const body = await life.stage('encode', () => writeEnvelope(content))
    if (keepsNothing) reply.header('cache-control', 'no-store')
    return reply.header('content-type', 'application/json').send(body)
  }

  // What the open page asks by itself uses up nobody's limit.
  const limited = endpoint.access === 'token' && (endpoint.tag !== 'console' || endpoint.images.length > 0)

  for (const method of endpoint.methods ?? ['GET', 'POST']) {
    app.route({
      method,
      url: endpoint.path ?? `${API_PREFIX}/${endpoint.name}`,
      schema: describeEndpoint(endpoint, method),
      bodyLimit: maxBodyBytes,
      // HEAD would compute an answer only to throw it away.
      exposeHeadRoute: false,
      onRequest: limited && deps.limit !== undefined ? [onRequest, deps.limit] : onRequest,
      handler
    })
  }
}

// Memory before a CPU: who waits for memory leaves the CPUs to others.
async function compute (endpoint: Endpoint, { budget, memory }: EndpointDeps, call: Call<string, TObject>, life: FastifyRequest['life']): Promise<unknown> {
  // Who is refused is refused at once: not after a look at pictures, for which the threads are busy too.
  budget.refuseIfBusy(endpoint.name)
  const queuedMs = performance.now()
  const giveBack = await admitPictures(memory, Object.values(call.images), endpoint.memoryPerPixel ?? 0, life.signal)
  try {
    return await budget.run(endpoint.name, () => {
      life.add('queue', performance.now() - queuedMs)
      return endpoint.handle(call)
    }, life.signal)
  } finally {
    giveBack()
  }
}

function callerOf ({ life }: FastifyRequest): Principal {
  if (life.principal === undefined) throw new TypeError('a public endpoint has no caller')
  return life.principal
}

function requireAdministrator ({ login, roles }: Principal): void {
  if (!roles.includes(ADMINISTRATOR)) {
    throw new Failure('forbidden', `This needs the role ${ADMINISTRATOR}, which ${login} does not have (roles: ${roles.join(', ')})`)
  }
}

function refuseEncodedBody ({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Failure('unsupported_media', `the Content-Encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported; send the body as it is`)
  }
}

function aborted (signal: AbortSignal): Promise<never> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function firstValue (value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
