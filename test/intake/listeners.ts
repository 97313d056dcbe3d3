// Real servers on loopback for the tests of fetching, and a fetcher with short deadlines.
import { type IncomingMessage, type Server as HttpServer, type ServerResponse, createServer as createHttpServer } from 'node:http'
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net'
import type { Test } from 'tap'
import { Failure } from '../../src/errors.js'
import type { Lookup } from '../../src/intake/checked-connector.js'
import { type ImageFetcher, type ImageFetcherOptions, createImageFetcher } from '../../src/intake/fetch-image.js'

export interface Listener {
  readonly port: number
  /** Every connection so far. */
  readonly sockets: readonly Socket[]
  readonly requests: readonly IncomingMessage[]
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** Listens on a loopback address; closed when the test ends. */
export async function listenHttp (t: Test, handle: Handle, { host = '127.0.0.1', port = 0 } = {}): Promise<Listener> {
  const requests: IncomingMessage[] = []
  const server = createHttpServer((request, response) => {
    requests.push(request)
    response.on('error', () => {})
    handle(request, response)
  })
  return { ...await listen(t, server, host, port), requests }
}

/** Listens for bare connections: what is sent is up to `handle`. */
export async function listenTcp (t: Test, handle: (socket: Socket) => void, { host = '127.0.0.1', port = 0 } = {}): Promise<Listener> {
  return { ...await listen(t, createTcpServer(handle), host, port), requests: [] }
}

async function listen (t: Test, server: Server | HttpServer, host: string, port: number): Promise<Omit<Listener, 'requests'>> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    // Only who reads learns that the other side has closed.
    socket.resume()
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

/** A fetcher that reaches 127.0.0.1 unless told otherwise. */
export function makeFetcher (t: Test, options: Partial<ImageFetcherOptions> = {}): ImageFetcher {
  const fetcher = createImageFetcher({
    enabled: true,
    allow: ['127.0.0.1'],
    connectTimeoutMs: 2000,
    headersTimeoutMs: 2000,
    bodyTimeoutMs: 2000,
    totalTimeoutMs: 5000,
    maxBytes: 1_000_000,
    maxRedirects: 3,
    maxConcurrent: 8,
    version: '1.2.3',
    ...options
  })
  t.teardown(() => fetcher.close())
  return fetcher
}

/** A resolver that knows only these names. */
export function namesOf (names: Readonly<Record<string, readonly string[]>>): Lookup {
  return async hostname => {
    const addresses = names[hostname]
    if (addresses === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
    return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
}

/** The failure that a promise is rejected with. */
export async function failureOf (promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it was accepted')
}

/** A signal that nobody aborts. */
export function never (): AbortSignal {
  return new AbortController().signal
}
