// The parameters of a request, however they were sent: query string, urlencoded, multipart or JSON body. Names are
// case-insensitive and the body wins over the query string, as in the hosted service. Parts of the path win over both.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../errors.js'
import { sniffFormat } from '../intake/sniff-format.js'
import { FormBody, parseFormBody } from './form-body.js'
import { assertFewParts } from './json-body.js'

/**
 * One parameter as it arrived. `formEncoded` text passed through query or form decoding, where a "+" that the client
 * did not escape has become a blank.
 */
export type Parameter =
  | { readonly kind: 'text', readonly text: string, readonly formEncoded: boolean }
  | { readonly kind: 'bytes', readonly bytes: Buffer }
  /** It cannot be read, which matters only to who asks for it. `problem` completes "parameter 'x' ...". */
  | { readonly kind: 'malformed', readonly problem: string }

/** Parameters by name in lower case. */
export type Parameters = ReadonlyMap<string, Parameter>

// More than any function takes; a request with more is a mistake or an attack.
const MAX_PARAMETERS = 50
// Names, values and the commas between them, with room for what clients add.
const MAX_JSON_PARTS = 1000

/**
 * Reads all parameters of a request.
 * @param maxBodyBytes limit of the body as a whole; Fastify's own parsers have enforced it already, multipart has not
 * @throws Failure invalid_request (malformed body, repeated name), too_large
 */
export async function readParameters (request: FastifyRequest, maxBodyBytes: number): Promise<Parameters> {
  const parameters = new Map<string, Parameter>()
  addTexts(parameters, request.query, true)
  const fromBody = request.isMultipart()
    ? await readMultipart(request, maxBodyBytes)
    : readParsedBody(request)
  for (const [name, parameter] of fromBody) parameters.set(name, parameter)
  for (const [name, text] of Object.entries(request.params ?? {})) parameters.set(name.toLowerCase(), { kind: 'text', text: String(text), formEncoded: false })
  return parameters
}

function readParsedBody (request: FastifyRequest): Parameters {
  const parameters = new Map<string, Parameter>()
  if (request.body instanceof FormBody) {
    for (const [name, text] of request.body.entries) add(parameters, name, { kind: 'text', text, formEncoded: true })
  } else if (request.body !== undefined) {
    addTexts(parameters, request.body, false)
  }
  return parameters
}

/** Has bodies parsed so that none can hold up the event loop; other types than these and multipart are refused. */
export function addBodyParsers (app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    return await parseFormBody(body, MAX_PARAMETERS)
  })
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    await assertFewParts(body, MAX_JSON_PARTS)
    return await new Promise((resolve, reject) => {
      parseJson(request, body.toString('utf8'), (error, value) => error === null ? resolve(value) : reject(error))
    })
  })
}

function addTexts (parameters: Map<string, Parameter>, source: unknown, formEncoded: boolean): void {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new Failure('invalid_request', 'the JSON body must be an object of parameters')
  }
  const entries = Object.entries(source)
  if (entries.length > MAX_PARAMETERS) throw tooMany()
  for (const [name, value] of entries) {
    if (value === null || value === undefined) continue
    add(parameters, name, parameterOf(value, formEncoded))
  }
}

// Every part is read as bytes, whatever its headers say: clients send pictures without a file name, which the parser
// would take for text. What it is shows in the content.
async function readMultipart (request: FastifyRequest, maxBodyBytes: number): Promise<Parameters> {
  const parameters = new Map<string, Parameter>()
  const declared = Number(request.headers['content-length'])
  if (declared > maxBodyBytes) throw new Failure('too_large', `the request body has ${declared} bytes; the limit is ${maxBodyBytes}`)
  const limits = { fileSize: maxBodyBytes + 1, files: MAX_PARAMETERS, parts: MAX_PARAMETERS, fieldNameSize: 200, headerPairs: 50 }
  let total = 0
  try {
    for await (const part of request.parts({ limits, isPartAFile: () => true })) {
      if (part.type !== 'file') continue
      const chunks: Buffer[] = []
      for await (const chunk of part.file as AsyncIterable<Buffer>) {
        total += chunk.length
        if (total > maxBodyBytes) throw new Failure('too_large', `the request body has more than ${maxBodyBytes} bytes, which is the limit`)
        chunks.push(chunk)
      }
      const bytes = Buffer.concat(chunks)
      // A browser sends an empty part with an empty file name for a file field that was left empty.
      if (bytes.length === 0 && part.filename === '') continue
      add(parameters, part.fieldname, partValue(bytes, part.filename))
    }
  } catch (error) {
    // A client that only reads when it has written would wait for ever: what is left is read and thrown away.
    request.raw.unpipe()
    request.raw.resume()
    throw multipartFailure(error)
  }
  return parameters
}

function partValue (bytes: Buffer, fileName: string | undefined): Parameter {
  return fileName !== undefined || sniffFormat(bytes) !== undefined
    ? { kind: 'bytes', bytes }
    : { kind: 'text', text: bytes.toString('utf8'), formEncoded: false }
}

// The parser's own errors carry no status unless they are limits; whatever else it throws is the body's fault.
function multipartFailure (error: unknown): unknown {
  if (error instanceof Failure) return error
  const { code } = error as { code?: unknown }
  if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT') return tooMany()
  return new Failure('invalid_request', 'the multipart body is malformed or was cut off', { cause: error })
}

function parameterOf (value: unknown, formEncoded: boolean): Parameter {
  // In a query string a repeated name has become a list.
  if (Array.isArray(value)) return { kind: 'malformed', problem: formEncoded ? GIVEN_TWICE : 'must be one value, not a list' }
  if (typeof value === 'object') return { kind: 'malformed', problem: 'must be text, not an object' }
  return { kind: 'text', text: String(value), formEncoded }
}

function add (parameters: Map<string, Parameter>, name: string, parameter: Parameter): void {
  const key = name.toLowerCase()
  parameters.set(key, parameters.has(key) ? { kind: 'malformed', problem: GIVEN_TWICE } : parameter)
}

const GIVEN_TWICE = 'is given more than once'

/**
 * The named parameter, whatever its letter case; undefined where it is absent.
 * @throws Failure invalid_request where it is malformed
 */
export function findParameter (parameters: Parameters, name: string): Exclude<Parameter, { kind: 'malformed' }> | undefined {
  const parameter = parameters.get(name.toLowerCase())
  if (parameter?.kind === 'malformed') throw new Failure('invalid_request', `parameter '${name}' ${parameter.problem}`)
  return parameter
}

function tooMany (): Failure {
  return new Failure('invalid_request', `the request has more than ${MAX_PARAMETERS} parameters, which is the limit`)
}
