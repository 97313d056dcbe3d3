// An endpoint's declaration as the OpenAPI document shows it.
import type { FastifySchema } from 'fastify'
import type { TObject } from 'typebox'
import { EnvelopeSchema, envelopeOf } from '../wire/envelope.js'
import type { Endpoint, Method } from './endpoint.js'
import { codesOfStatus } from './error-handler.js'

/** Names of the security schemes in the OpenAPI document. */
export const SECURITY = { token: 'token', userName: 'userName', bearer: 'bearer', session: 'session' } as const

/** The answer to every failure, to be added to the server under its $id. */
export const ERROR_SCHEMA = {
  $id: 'Error',
  ...EnvelopeSchema,
  examples: [{ content: {}, code: '-400', message: "parameter 'image' is missing" }]
}

const IMAGE_ABOUT = 'An http(s) URL, a data: URI or base64 (standard or url-safe).'
const ERRORS: Readonly<Record<number, string>> = {
  400: 'A parameter is missing or malformed',
  401: 'Not authenticated',
  403: 'The account is disabled, or the image URL is refused by policy',
  404: 'There is no such thing',
  405: 'Neither GET nor POST',
  413: 'An image or the body is too large',
  415: 'Not an image, a format that is not supported, or a damaged image',
  422: 'The image URL could not be read',
  429: 'Too many failed attempts, or more requests than the key may make; Retry-After tells how long to wait',
  500: 'The server failed',
  503: 'Overloaded (Retry-After), or the model is not there',
  504: 'The deadline has passed'
}

const OUR_ERRORS: Readonly<Record<number, string>> = {
  403: 'The account is disabled, or has not the role Administrator',
  405: 'Another method than those documented'
}

/** The documentation of one method of an endpoint. It validates nothing: parameters are read by the endpoint itself. */
export function describeEndpoint (endpoint: Endpoint, method: Method): FastifySchema {
  return {
    operationId: method === 'POST' || endpoint.methods?.length === 1 ? endpoint.name : `${endpoint.name}ByQuery`,
    summary: endpoint.summary,
    tags: [endpoint.tag ?? 'image'],
    security: endpoint.access === 'public' ? [] : isOurs(endpoint) ? [...BY_TOKEN, { [SECURITY.session]: [] }] : BY_TOKEN,
    ...(endpoint.headers === undefined ? {} : { headers: headersSchema(endpoint.headers) }),
    ...(pathNames(endpoint).length > 0 ? { params: { type: 'object', properties: pathProperties(endpoint) } } : {}),
    ...(method === 'GET' || method === 'DELETE'
      ? { querystring: parametersSchema(endpoint, 'text') }
      : { body: { content: bodyContent(endpoint) } }),
    response: responses(endpoint)
  }
}

const BY_TOKEN = [{ [SECURITY.token]: [], [SECURITY.userName]: [] }, { [SECURITY.bearer]: [] }]

// What the hosted service does not have and the console uses.
function isOurs ({ tag }: Endpoint): boolean {
  return tag === 'administration' || tag === 'console'
}

function pathNames ({ path = '' }: Endpoint): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
}

function pathProperties (endpoint: Endpoint): Readonly<Record<string, unknown>> {
  return Object.fromEntries(pathNames(endpoint).map(name => [name, endpoint.options.properties[name]]))
}

function bodyContent (endpoint: Endpoint): Record<string, { schema: unknown }> {
  return {
    ...(endpoint.images.length > 0 ? { 'multipart/form-data': { schema: parametersSchema(endpoint, 'file') } } : {}),
    'application/x-www-form-urlencoded': { schema: parametersSchema(endpoint, 'text') },
    'application/json': { schema: parametersSchema(endpoint, 'text') }
  }
}

function parametersSchema (endpoint: Endpoint, images: 'text' | 'file'): unknown {
  const image = images === 'file'
    ? { type: 'string', format: 'binary', description: `The picture as a file part. ${IMAGE_ABOUT}` }
    : { type: 'string', description: IMAGE_ABOUT }
  const options: TObject = endpoint.options
  const inPath = new Set(pathNames(endpoint))
  return {
    type: 'object',
    properties: { ...Object.fromEntries(endpoint.images.map(name => [name, image])), ...Object.fromEntries(Object.entries(options.properties).filter(([name]) => !inPath.has(name))) },
    required: [...endpoint.images, ...(options.required ?? []).filter(name => !inPath.has(name))]
  }
}

function headersSchema (headers: Readonly<Record<string, string>>): unknown {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, { type: 'string', description }])),
    required: Object.keys(headers)
  }
}

function statusesOf (endpoint: Endpoint): readonly number[] {
  if (endpoint.access === 'administrator') return [400, 401, 403, 404, 405, 500, 503, 504]
  if (endpoint.access === 'public') return [400, 401, 403, 405, 429, 500, 503]
  return endpoint.images.length > 0 ? [400, 401, 403, 405, 413, 415, 422, 429, 500, 503, 504] : [400, 401, 403, 405, 429, 500, 503, 504]
}

function responses (endpoint: Endpoint): Record<string, unknown> {
  const statuses = statusesOf(endpoint)
  const documented = { value: { content: endpoint.example, code: '0', message: 'ok' } }
  return {
    200: { description: 'All went well.', content: { 'application/json': { schema: envelopeOf(endpoint.content), examples: { documented } } } },
    ...Object.fromEntries(statuses.map(status => [status, {
      description: `${isOurs(endpoint) ? OUR_ERRORS[status] ?? ERRORS[status] : ERRORS[status]} (code ${codesOfStatus(status).join(', ')})`,
      content: { 'application/json': { schema: { $ref: 'Error#' } } }
    }]))
  }
}
