// Images from URLs: one guarded GET at a time, followed through redirects, bounded in time and in bytes.
import { Client, type Dispatcher } from 'undici'
import { Failure } from '../errors.js'
import { assertFetchable, createAddressPolicy } from './address-policy.js'
import { type Lookup, createCheckedConnector, lookupBySystem } from './checked-connector.js'
import { describeNetworkError, tooManyBytes, unreachable } from './fetch-failures.js'
import { createGate } from './gate.js'
import { SNIFFED_BYTES, isPicture, sniffFormat } from './sniff-format.js'
import { type Watch, runWatched } from './watch.js'

export interface ImageFetcherOptions {
  /** Whether anything is fetched at all. */
  readonly enabled: boolean
  /** CIDRs, addresses and host names that may be reached besides public addresses. */
  readonly allow: readonly string[]
  /** For name resolution, TCP and TLS of one hop together. */
  readonly connectTimeoutMs: number
  /** From the connection to the end of the response headers. */
  readonly headersTimeoutMs: number
  /** The longest silence within a body. */
  readonly bodyTimeoutMs: number
  /** For all hops together, waiting included. */
  readonly totalTimeoutMs: number
  readonly maxBytes: number
  readonly maxRedirects: number
  /** One more fetch than this is refused as busy. */
  readonly maxConcurrent: number
  /** The program's version, for the User-Agent. */
  readonly version: string
  /** Name resolution; that of the operating system if not given. */
  readonly lookup?: Lookup
}

export interface ImageFetcher {
  /**
   * Fetches the bytes of an image.
   * @throws Failure url_refused, image_unreachable, too_large, busy; the reason of `signal` as soon as that is aborted
   */
  fetch (url: URL, signal: AbortSignal): Promise<Buffer>
  /** Breaks off all fetches and refuses further ones. */
  close (): Promise<void>
}

const MAX_HEADER_BYTES = 16_384
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const FIRST_BODY_BYTES = 65_536

/** Leaves half of libuv's four threads to decoding while name servers are slow. */
const MAX_LOOKUPS = 2

/**
 * Makes a fetcher. Connections are not kept: each hop opens one, checks where it leads, and closes it.
 * @throws Error if `allow` has a bad entry
 */
export function createImageFetcher (options: ImageFetcherOptions): ImageFetcher {
  const policy = createAddressPolicy(options)
  const lookupGate = createGate(MAX_LOOKUPS)
  const underWay = new Set<Watch>()
  let closed = false

  const request = async (url: URL, watch: Watch): Promise<URL | Buffer> => {
    assertFetchable(url)
    const connect = createCheckedConnector({
      policy,
      lookup: options.lookup ?? lookupBySystem,
      lookupGate,
      signal: watch.signal,
      onConnected: () => watch.limit(options.headersTimeoutMs, () => late('sent no complete response headers', options.headersTimeoutMs))
    })
    // The watch keeps the time: undici's own deadlines start anew with every byte, or not at all while names resolve.
    const client = new Client(url.origin, { connect, maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0 })
    watch.limit(options.connectTimeoutMs, () => late('could not be connected to', options.connectTimeoutMs))
    try {
      const response = await client.request({
        method: 'GET',
        path: url.pathname + url.search,
        headers: { 'user-agent': `compute-api/${options.version}`, accept: 'image/*', 'accept-encoding': 'identity' },
        reset: true,
        signal: watch.signal
      })
      // Whatever destroys the body later has its error reported elsewhere.
      response.body.on('error', () => {})
      return redirectTarget(response, url) ?? await readImage(response, options, watch)
    } catch (error) {
      watch.signal.throwIfAborted()
      throw describeNetworkError(error)
    } finally {
      client.destroy().catch(() => {})
    }
  }

  const follow = async (start: URL, watch: Watch): Promise<Buffer> => {
    let answer: URL | Buffer = start
    for (let requests = 0; answer instanceof URL; requests++) {
      if (requests > options.maxRedirects) throw unreachable(`the URL redirects more often than the limit of ${options.maxRedirects} times`)
      answer = await request(answer, watch)
    }
    return answer
  }

  return {
    async fetch (url, signal) {
      if (!options.enabled) throw new Failure('url_refused', 'fetching images from URLs is switched off on this server; send the image itself')
      if (closed) throw stopping()
      if (underWay.size >= options.maxConcurrent) {
        throw new Failure('busy', `${options.maxConcurrent} images are being fetched already, which is the limit`, { retryAfterS: 1 })
      }
      const total = (): Failure => unreachable(`fetching the URL took longer than the limit of ${options.totalTimeoutMs / 1000} s`)
      let started: Watch | undefined
      try {
        return await runWatched(signal, options.totalTimeoutMs, total, watch => {
          started = watch
          underWay.add(watch)
          return follow(url, watch)
        })
      } finally {
        if (started !== undefined) underWay.delete(started)
      }
    },
    async close () {
      closed = true
      for (const watch of underWay) watch.stop(stopping())
    }
  }
}

function stopping (): Failure {
  return new Failure('busy', 'the server is stopping', { retryAfterS: 5 })
}

function late (what: string, ms: number): Failure {
  return unreachable(`the host of the URL ${what} within the limit of ${ms / 1000} s`)
}

function redirectTarget ({ statusCode, headers: { location } }: Dispatcher.ResponseData, from: URL): URL | undefined {
  if (!REDIRECTS.has(statusCode)) return undefined
  if (typeof location !== 'string' || !URL.canParse(location, from.href)) {
    throw unreachable(`the URL answered with HTTP status ${statusCode} but no usable target to redirect to`)
  }
  return new URL(location, from)
}

async function readImage (
  { statusCode, headers, body }: Dispatcher.ResponseData, { maxBytes, bodyTimeoutMs }: ImageFetcherOptions, watch: Watch
): Promise<Buffer> {
  if (statusCode < 200 || statusCode > 299) throw unreachable(`the URL answered with HTTP status ${statusCode}`)
  const encoding = plainHeader(headers['content-encoding'])
  if (encoding !== '' && encoding !== 'identity') {
    throw unreachable(`the URL answered with a compressed body (content-encoding ${encoding}); only identity is accepted`)
  }
  const declared = headers['content-length']
  if (Number(declared) > maxBytes) throw tooManyBytes(`is declared as ${plainHeader(declared)} bytes`, maxBytes)

  const silent = (): Failure => late('sent nothing more', bodyTimeoutMs)
  const noImage = (): Failure => unreachable(`the URL answered with something that is not an image (${plainHeader(headers['content-type']).split(' ')[0] || 'no content type'})`)
  // One growing buffer: a list of chunks would let a sender of tiny chunks use a hundred times the memory.
  let bytes = Buffer.allocUnsafeSlow(Math.min(FIRST_BODY_BYTES, maxBytes))
  let length = 0
  watch.limit(bodyTimeoutMs, silent)
  for await (const chunk of body as AsyncIterable<Buffer>) {
    watch.limit(bodyTimeoutMs, silent)
    const enough = length >= SNIFFED_BYTES
    if (length + chunk.length > maxBytes) throw tooManyBytes(`has at least ${length + chunk.length} bytes`, maxBytes)
    if (length + chunk.length > bytes.length) bytes = grow(bytes, length, Math.min(maxBytes, Math.max(length + chunk.length, bytes.length * 2)))
    length += chunk.copy(bytes, length)
    // An endless web page is left as soon as it shows.
    if (!enough && length >= SNIFFED_BYTES && !looksLikePicture(bytes.subarray(0, length))) throw noImage()
  }
  if (length === 0) throw unreachable('the URL answered with an empty body')
  if (!looksLikePicture(bytes.subarray(0, length))) throw noImage()
  return bytes.subarray(0, length)
}

/** Pictures in formats that are not accepted pass, so that decoding can name the format. */
function looksLikePicture (bytes: Buffer): boolean {
  const format = sniffFormat(bytes)
  return format !== undefined && isPicture(format)
}

function grow (bytes: Buffer, length: number, size: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(size)
  bytes.copy(larger, 0, 0, length)
  return larger
}

/** A header of a stranger, cut down to what may stand in a message. */
function plainHeader (value: string | readonly string[] | undefined): string {
  return String(value ?? '').toLowerCase().replace(/[^a-z0-9/+.,-]/g, ' ').trim().slice(0, 60)
}
