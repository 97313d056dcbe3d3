// An endpoint's declaration as the OpenAPI document shows it.
import type { FastifySchema } from 'fastify'
import type { TObject } from 'typebox'
import { EnvelopeSchema, envelopeOf } from '../wire/envelope.js'
import type { Endpoint, Method } from './endpoint.js'
import { codesOfStatus } from './error-handler.js'

/** Names of the security schemes in the OpenAPI document. */
export const SECURITY = { token: 'token', userName: 'userName', bearer: 'bearer' } as const

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
  405: 'Neither GET nor POST',
  413: 'An image or the body is too large',
  415: 'Not an image, a format that is not supported, or a damaged image',
  422: 'The image URL could not be read',
  429: 'Too many failed attempts, or more requests than the key may make; Retry-After tells how long to wait',
  500: 'The server failed',
  503: 'Overloaded (Retry-After), or the model is not there',
  504: 'The deadline has passed'
}

/** The documentation of one method of an endpoint. It validates nothing: parameters are read by the endpoint itself. */
export function describeEndpoint (endpoint: Endpoint, method: Method): FastifySchema {
  return {
    operationId: method === 'POST' || endpoint.methods?.length === 1 ? endpoint.name : `${endpoint.name}ByQuery`,
    summary: endpoint.summary,
    tags: [endpoint.tag ?? 'image'],
    security: endpoint.access === 'token'
      ? [{ [SECURITY.token]: [], [SECURITY.userName]: [] }, { [SECURITY.bearer]: [] }]
      : [],
    ...(endpoint.headers === undefined ? {} : { headers: headersSchema(endpoint.headers) }),
    ...(method === 'GET'
      ? { querystring: parametersSchema(endpoint, 'text') }
      : { body: { content: bodyContent(endpoint) } }),
    response: responses(endpoint)
  }
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
  return {
    type: 'object',
    properties: { ...Object.fromEntries(endpoint.images.map(name => [name, image])), ...options.properties },
    required: [...endpoint.images, ...(options.required ?? [])]
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
  if (endpoint.access === 'public') return [400, 401, 403, 405, 429, 500, 503]
  return endpoint.images.length > 0 ? [400, 401, 403, 405, 413, 415, 422, 429, 500, 503, 504] : [400, 401, 403, 405, 429, 500, 503, 504]
}

function responses (endpoint: Endpoint): Record<string, unknown> {
  const statuses = statusesOf(endpoint)
  const documented = { value: { content: endpoint.example, code: '0', message: 'ok' } }
  return {
    200: { description: 'All went well.', content: { 'application/json': { schema: envelopeOf(endpoint.content), examples: { documented } } } },
    ...Object.fromEntries(statuses.map(status => [status, {
      description: `${ERRORS[status]} (code ${codesOfStatus(status).join(', ')})`,
      content: { 'application/json': { schema: { $ref: 'Error#' } } }
    }]))
  }
}
