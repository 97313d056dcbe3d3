// One file from one address into a part file, going on where an earlier attempt ended.
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici'
import type { PartFile } from './part-file.js'

export interface DownloaderOptions {
  /** Proxies and the hosts that are reached without; as the environment names them. */
  readonly httpProxy?: string | undefined
  readonly httpsProxy?: string | undefined
  readonly noProxy?: string | undefined
  readonly connectTimeoutMs?: number
  /** Longest silence, before the answer and within it. */
  readonly silenceMs?: number
}

export interface DownloadTask {
  readonly url: string
  readonly part: PartFile
  /** The length, where it is known. */
  readonly bytes: number | undefined
  readonly signal: AbortSignal
  readonly onProgress: (received: number, total: number | undefined) => void
}

export interface Downloader {
  /**
   * Appends to the part file until the server says that this was all. What comes is not trusted: whoever calls checks the
   * digest.
   * @throws DownloadError; the file system's errors; the signal's reason
   */
  download (task: DownloadTask): Promise<void>
  close (): Promise<void>
}

/** Why an address gave no file, in words that complete "ADDRESS: ...". */
export class DownloadError extends Error {
  /** Whether trying the same address again may help. */
  readonly again: boolean

  constructor (message: string, again: boolean, cause?: unknown) {
    super(message, { cause })
    this.name = 'DownloadError'
    this.again = again
  }
}

const MAX_REDIRECTS = 5
/** Where no length is known, neither from the manifest nor from the server. */
const MAX_BYTES = 2_000_000_000
const AGAIN_STATUSES = [408, 429, 500, 502, 503, 504]

/** Makes a downloader. */
export function createDownloader ({ httpProxy, httpsProxy, noProxy, connectTimeoutMs = 10_000, silenceMs = 30_000 }: DownloaderOptions): Downloader {
  const agent = new EnvHttpProxyAgent({
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
    connect: { timeout: connectTimeoutMs },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs
  })
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS }))
  return {
    close: async () => await agent.destroy(),
    async download (task) {
      const answer = await ask(task, dispatcher)
      try {
        await receive(task, answer)
      } finally {
        answer.body.on('error', () => {}).destroy()
      }
    }
  }
}

async function ask ({ url, part, signal }: DownloadTask, dispatcher: Dispatcher): Promise<Dispatcher.ResponseData> {
  try {
    return await request(url, {
      dispatcher,
      signal,
      headers: { 'accept-encoding': 'identity', ...(part.size > 0 ? { range: `bytes=${part.size}-` } : {}) }
    })
  } catch (error) {
    throw failureOf(error, signal)
  }
}

async function receive ({ part, bytes, signal, onProgress }: DownloadTask, { statusCode, headers, body }: Dispatcher.ResponseData): Promise<void> {
  if (statusCode === 416) {
    // What is here is as long as the file there, or longer: the digest decides, or the next attempt begins anew.
    if (bytes !== undefined && part.size === bytes) return
    await part.empty()
    throw new DownloadError('its file is shorter than what was received before', true)
  }
  if (statusCode >= 300 && statusCode < 400) throw new DownloadError(`it redirects more than ${MAX_REDIRECTS} times`, false)
  if (statusCode !== 200 && statusCode !== 206) throw new DownloadError(`HTTP ${statusCode}`, AGAIN_STATUSES.includes(statusCode))
  const range = statusCode === 206 ? contentRange(headers['content-range']) : undefined
  if (statusCode === 200) {
    // The server knows no ranges.
    if (part.size > 0) await part.empty()
  } else if (range?.first !== part.size || (bytes !== undefined && range.total !== undefined && range.total !== bytes)) {
    await part.empty()
    throw new DownloadError('it answered with another part of the file than it was asked for', true)
  }
  const length = Number(headers['content-length'])
  const total = bytes ?? (Number.isSafeInteger(length) ? part.size + length : undefined)
  onProgress(part.size, total)
  for await (const piece of pieces(body, signal)) {
    if (part.size + piece.byteLength > (total ?? MAX_BYTES)) {
      await part.empty()
      throw new DownloadError(`it sends more than ${total ?? MAX_BYTES} bytes, which is ${total === undefined ? 'the limit' : 'the length of the file'}`, false)
    }
    await part.write(piece)
    onProgress(part.size, total)
  }
}

/** The body's pieces; what goes wrong on the way becomes a DownloadError, and what goes wrong with them does not. */
async function * pieces (body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  const iterator = body[Symbol.asyncIterator]()
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => { throw failureOf(error, signal) })
    if (next.done === true) return
    yield next.value
  }
}

function contentRange (header: string | string[] | undefined): { readonly first: number, readonly total: number | undefined } | undefined {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(String(header)) ?? []
  return first === undefined ? undefined : { first: Number(first), total: total === '*' ? undefined : Number(total) }
}

function failureOf (error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  const { code, message, cause } = error as NodeJS.ErrnoException
  const inner = cause as NodeJS.ErrnoException | undefined
  return new DownloadError(wordsFor(code ?? inner?.code, message), code !== 'ENOTFOUND' && code !== 'ECONNREFUSED', error)
}

function wordsFor (code: string | undefined, message: string): string {
  switch (code) {
    case 'ENOTFOUND': case 'EAI_AGAIN': return 'its name cannot be resolved; is there a network, or a proxy to name in HTTPS_PROXY?'
    case 'ECONNREFUSED': return 'the connection is refused'
    case 'UND_ERR_CONNECT_TIMEOUT': case 'ETIMEDOUT': return 'the connection takes too long'
    case 'UND_ERR_HEADERS_TIMEOUT': case 'UND_ERR_BODY_TIMEOUT': return 'it fell silent'
    case 'UND_ERR_SOCKET': case 'ECONNRESET': return 'the connection broke off'
    case 'SELF_SIGNED_CERT_IN_CHAIN': case 'DEPTH_ZERO_SELF_SIGNED_CERT': case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE': case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names a file with your own authority`
    default: return code === undefined ? message : `${message} (${code})`
  }
}
