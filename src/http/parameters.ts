// The parameters of a request, however they were sent: query string, urlencoded, multipart or JSON body. Names are
// case-insensitive and the body wins over the query string, as in the hosted service.
import type { FastifyRequest } from 'fastify'
import { Failure } from '../errors.js'
import { sniffFormat } from '../intake/sniff-format.js'

/**
 * One parameter as it arrived. `formEncoded` text passed through query or form decoding, where a "+" that the client
 * did not escape has become a blank.
 */
export type Parameter =
  | { readonly kind: 'text', readonly text: string, readonly formEncoded: boolean }
  | { readonly kind: 'bytes', readonly bytes: Buffer }

/** Parameters by name in lower case. */
export type Parameters = ReadonlyMap<string, Parameter>

// More than any function takes; a request with more is a mistake or an attack.
const MAX_PARAMETERS = 50

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
  return parameters
}

function readParsedBody (request: FastifyRequest): Parameters {
  const parameters = new Map<string, Parameter>()
  if (request.body === undefined) return parameters
  const formEncoded = request.headers['content-type']?.toLowerCase().includes('urlencoded') === true
  addTexts(parameters, request.body, formEncoded)
  return parameters
}

function addTexts (parameters: Map<string, Parameter>, source: unknown, formEncoded: boolean): void {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new Failure('invalid_request', 'the JSON body must be an object of parameters')
  }
  const entries = Object.entries(source)
  if (entries.length > MAX_PARAMETERS) throw tooMany(entries.length)
  for (const [name, value] of entries) {
    if (value === null || value === undefined) continue
    if (Array.isArray(value)) throw repeated(name)
    if (typeof value === 'object') throw new Failure('invalid_request', `parameter '${shorten(name)}' must be text, not an object`)
    add(parameters, name, { kind: 'text', text: String(value), formEncoded })
  }
}

// Every part is read as bytes, whatever its headers say: clients send pictures without a file name, and text with one.
// What it is shows in the content.
async function readMultipart (request: FastifyRequest, maxBodyBytes: number): Promise<Parameters> {
  const parameters = new Map<string, Parameter>()
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
  if (code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT') return tooMany(MAX_PARAMETERS + 1)
  return new Failure('invalid_request', 'the multipart body is malformed or was cut off', { cause: error })
}

function add (parameters: Map<string, Parameter>, name: string, parameter: Parameter): void {
  const key = name.toLowerCase()
  if (parameters.has(key)) throw repeated(name)
  parameters.set(key, parameter)
}

function repeated (name: string): Failure {
  return new Failure('invalid_request', `parameter '${shorten(name)}' is given more than once`)
}

function tooMany (count: number): Failure {
  return new Failure('invalid_request', `the request has ${count} parameters or more; the limit is ${MAX_PARAMETERS}`)
}

function shorten (name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}
