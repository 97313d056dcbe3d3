// The only place where a failure becomes an HTTP status, a code of the contract and a message.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Failure, type FailureKind } from '../errors.js'
import { writeErrorEnvelope } from '../wire/envelope.js'

/** What a client sees of a failure. */
export interface ErrorAnswer {
  readonly status: number
  readonly code: string
  readonly message: string
  /** Label of metrics and logs. */
  readonly kind: FailureKind | 'internal' | 'client_gone'
  readonly retryAfterS?: number
}

const ANSWER_OF_KIND: Readonly<Record<FailureKind, readonly [status: number, code: string]>> = {
  invalid_request: [400, '-400'],
  bad_credentials: [401, '-4010'],
  token_missing: [401, '-4011'],
  token_unknown: [401, '-4012'],
  token_expired: [401, '-4013'],
  token_of_other_user: [401, '-4014'],
  account_disabled: [403, '-403'],
  forbidden: [403, '-403'],
  url_refused: [403, '-4031'],
  not_found: [404, '-404'],
  method_not_allowed: [405, '-405'],
  too_large: [413, '-413'],
  unsupported_media: [415, '-415'],
  image_unreachable: [422, '-4221'],
  rate_limited: [429, '-429'],
  busy: [503, '-503'],
  model_missing: [503, '-5031'],
  deadline_passed: [504, '-504']
}

const INTERNAL_CODE = '-500'

/** The reason with which a request is aborted when its client goes away; nobody is left to answer. */
export class ClientGone extends Error {
  constructor () {
    super('the client closed the connection')
    this.name = 'ClientGone'
  }
}

/** The codes that go with an HTTP status, for the documentation. */
export function codesOfStatus (status: number): readonly string[] {
  const ours = status === 500 ? [INTERNAL_CODE] : []
  return [...new Set([...Object.values(ANSWER_OF_KIND).filter(([kindStatus]) => kindStatus === status).map(([, code]) => code), ...ours])]
}

/** Maps whatever was thrown to what the client may know. Anything that is not a failure is our fault: 500. */
export function answerOf (error: unknown, request: FastifyRequest): ErrorAnswer {
  if (error instanceof Failure) {
    const [status, code] = ANSWER_OF_KIND[error.kind]
    return { status, code, message: error.message, kind: error.kind, ...(error.retryAfterS === undefined ? {} : { retryAfterS: error.retryAfterS }) }
  }
  if (error instanceof ClientGone) return { status: 499, code: '-499', message: error.message, kind: 'client_gone' }
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>
  if (statusCode === 413) return answerOf(bodyTooLarge(request), request)
  if (statusCode === 415) return { status: 415, code: '-415', message: 'the Content-Type is not supported; send application/x-www-form-urlencoded, multipart/form-data or application/json', kind: 'unsupported_media' }
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return invalidRequest('the JSON body is malformed')
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') return invalidRequest('the body does not have the length that Content-Length states')
  if (code === 'FST_ERR_BAD_URL') return invalidRequest('the URL is malformed')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return invalidRequest('the request body is malformed')
  return { status: 500, code: INTERNAL_CODE, message: 'the server failed to answer; the request id tells the operator where to look', kind: 'internal' }
}

/** Sends a failure in the envelope. `alwaysOk` answers 200 and leaves it to `code` to tell. */
export function sendError (reply: FastifyReply, answer: ErrorAnswer, alwaysOk: boolean): FastifyReply {
  if (answer.retryAfterS !== undefined) reply.header('retry-after', String(answer.retryAfterS))
  return reply
    .code(alwaysOk ? 200 : answer.status)
    .header('content-type', 'application/json')
    .send(writeErrorEnvelope(answer.code, answer.message))
}

export interface ErrorHandlerOptions {
  /** Whether this request belongs to those that are answered 200 whatever happens. */
  readonly isAlwaysOk: (request: FastifyRequest) => boolean
  /** Told of every failure before it is answered. */
  readonly onError: (request: FastifyRequest, answer: ErrorAnswer, error: unknown) => void
}

/** Installs the error handler and the answer to unknown routes. */
export function installErrorHandler (app: FastifyInstance, { isAlwaysOk, onError }: ErrorHandlerOptions): void {
  function fail (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const answer = answerOf(error, request)
    onError(request, answer, error)
    return sendError(reply, answer, isAlwaysOk(request))
  }
  app.setErrorHandler(fail)
  app.setNotFoundHandler((request, reply) => {
    fail(new Failure('not_found', `there is no route ${request.method} ${pathOf(request.url)}`), request, reply)
  })
}

/**
 * Answers what node:http could not even parse: the socket has no request yet, so the envelope is written by hand.
 */
export function answerUnparsable (error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, message] = unparsable(error.code)
  const body = writeErrorEnvelope(code, message)
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body.toString('latin1')}`)
}

/** Answers a request that expects (header Expect) something else than 100-continue, which Node would do without an envelope. */
export function answerExpectation (request: IncomingMessage, response: ServerResponse): void {
  const expected = String(request.headers.expect).slice(0, 40)
  const body = writeErrorEnvelope('-400', `the expectation ${JSON.stringify(expected)} cannot be met; only 100-continue can`)
  response.writeHead(417, { 'content-type': 'application/json', 'content-length': body.length, connection: 'close' }).end(body)
}

function unparsable (code: string | undefined): [status: string, code: string, message: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': return ['431 Request Header Fields Too Large', '-413', 'the request headers (URL included) are larger than 16384 bytes; send parameters in the body']
    case 'ERR_HTTP_REQUEST_TIMEOUT': return ['408 Request Timeout', '-400', 'the request did not arrive in time']
    default: return ['400 Bad Request', '-400', 'the request is not valid HTTP']
  }
}

function bodyTooLarge (request: FastifyRequest): Failure {
  const declared = request.headers['content-length']
  const limit = request.routeOptions.bodyLimit
  return new Failure('too_large', `the request body has ${declared ?? `more than ${limit}`} bytes; the limit is ${limit}`)
}

function invalidRequest (message: string): ErrorAnswer {
  return { status: 400, code: '-400', message, kind: 'invalid_request' }
}

function pathOf (url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  return path.length > 100 ? `${path.slice(0, 100)}…` : path
}
