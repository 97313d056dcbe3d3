// The one way from the page to the server: the API's envelope, with the session's cookie.

/** What went wrong, in the server's words or in ours where it did not answer. */
export class ApiError extends Error {
  /** The envelope's code; undefined where there was no envelope. */
  readonly code: string | undefined

  constructor (message: string, code?: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
  }
}

/** An answer with what it took. */
export interface Answer<C> {
  readonly content: C
  /** Milliseconds from asking to the last byte. */
  readonly durationMs: number
  readonly bytes: number
  /** The body as it came. */
  readonly text: string
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly body?: FormData | URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Whether a refusal can mean that the session has ended; it can unless this says no. */
  readonly bySession?: boolean
}

// The session is missing, unknown or expired, or the account is disabled (or has not the right, which is no end).
const MAY_BE_ENDED: ReadonlySet<string> = new Set(['-4011', '-4012', '-4013', '-403'])

let askWhoIsSignedIn: () => void = () => {}

/** Has a function called when an answer lets one think that the session has ended. */
export function whenSessionMayEnd (ask: () => void): void {
  askWhoIsSignedIn = ask
}

/** The address of a path of the server, also behind a proxy that adds a prefix: the page lives at PREFIX/console/. */
export function addressOf (path: string): string {
  return new URL(`../${path}`, document.baseURI).href
}

/**
 * Asks the server.
 * @param path without a slash at its beginning, as `admin/v1/keys`
 * @throws ApiError; DOMException AbortError where `signal` was aborted
 */
export async function call<C> (path: string, { method = 'GET', body, headers, signal, bySession = true }: CallOptions = {}): Promise<Answer<C>> {
  const startedMs = performance.now()
  const request: RequestInit = { method, headers: { 'x-compute-console': '1', ...headers } }
  if (body !== undefined) request.body = body
  if (signal !== undefined) request.signal = signal
  const text = await ask(addressOf(path), request)
  const durationMs = performance.now() - startedMs
  const envelope = parse(text)
  if (envelope === undefined) throw new ApiError('The answer is not the server’s: something between it and this page answered instead. Check the address and the proxy.')
  if (envelope.code !== '0') {
    if (bySession && MAY_BE_ENDED.has(envelope.code)) askWhoIsSignedIn()
    throw new ApiError(envelope.message, envelope.code)
  }
  // The API speaks ASCII: as many bytes as characters.
  return { content: envelope.content as C, durationMs, bytes: text.length, text }
}

async function ask (address: string, request: RequestInit): Promise<string> {
  try {
    return await (await fetch(address, request)).text()
  } catch (error) {
    if (request.signal?.aborted === true) throw error
    throw new ApiError('The server does not answer. Check that it runs and that you are connected, then try again.')
  }
}

function parse (text: string): { readonly content: unknown, readonly code: string, readonly message: string } | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value?.code === 'string' && typeof value.message === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** What to say of anything that was thrown. */
export function wordsOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
