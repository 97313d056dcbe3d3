// What can go wrong in words that a client may read. Only http/error-handler.ts turns a kind into a status and a code.

/** Every way in which a request can fail without the fault being ours. */
export type FailureKind =
  | 'invalid_request'
  | 'bad_credentials'
  | 'token_missing'
  | 'token_unknown'
  | 'token_expired'
  | 'token_of_other_user'
  | 'account_disabled'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_large'
  | 'unsupported_media'
  | 'url_refused'
  | 'image_unreachable'
  | 'rate_limited'
  | 'busy'
  | 'model_missing'
  | 'deadline_passed'

export interface FailureOptions {
  /** What really happened; logged, never sent. */
  readonly cause?: unknown
  /** Seconds after which trying again makes sense; becomes the Retry-After header. */
  readonly retryAfterS?: number
}

/**
 * A failure that a caller caused or must know of. `message` is read by clients: it says what was wrong, the limit and
 * the actual value, and never holds a path, an internal address or a secret.
 */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly retryAfterS: number | undefined

  constructor (kind: FailureKind, message: string, options: FailureOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'Failure'
    this.kind = kind
    this.retryAfterS = options.retryAfterS
  }
}
