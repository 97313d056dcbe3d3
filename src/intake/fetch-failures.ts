// The words in which fetching fails. What the network layer says stays in `cause`: it names addresses and ports.
import { errors } from 'undici'
import { Failure } from '../errors.js'

const CERTIFICATE_CODES = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO)/

/** The image could not be had from the URL; `what` completes a sentence for clients. */
export function unreachable (what: string, cause?: unknown): Failure {
  return new Failure('image_unreachable', what, { cause })
}

/** The image behind the URL has more bytes than the limit. */
export function tooManyBytes (said: string, maxBytes: number): Failure {
  return new Failure('too_large', `the image behind the URL ${said}; the limit is ${maxBytes} bytes`)
}

/** Turns an error of name resolution, connection, TLS or HTTP into words. */
export function describeNetworkError (error: unknown): Failure {
  if (error instanceof Failure) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA', 'ESERVFAIL'].includes(code)) return unreachable('the host name of the URL cannot be resolved', error)
  if (code === 'ECONNREFUSED') return unreachable('the host of the URL refused the connection', error)
  if (CERTIFICATE_CODES.test(code)) return unreachable('the TLS connection to the host of the URL failed (certificate or protocol)', error)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return unreachable('the response headers of the URL are too large', error)
  if (error instanceof errors.HTTPParserError) return unreachable('the URL answered with something that is not valid HTTP', error)
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return unreachable('the host of the URL closed the connection before the image was complete', error)
  }
  return unreachable('the host of the URL cannot be reached', error)
}
