// POST /compute/v1/image/getToken
import { Type } from 'typebox'
import type { IssueToken } from '../../services/issue-token.js'
import { TokenContentSchema } from '../../wire/token.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** Exchanges an API key, a login and a password for an access token. */
export function getTokenEndpoint (issueToken: IssueToken): Endpoint {
  return defineEndpoint({
    name: 'getToken',
    summary: 'Get an access token',
    access: 'public',
    images: [],
    headers: { Apikey: 'The API key of the organisation' },
    options: Type.Object({
      login: Type.String({ maxLength: 200 }),
      password: Type.String({ maxLength: 200 })
    }),
    content: TokenContentSchema,
    example: {
      token: {
        access_token: 'AQAAA...1F',
        token_type: 'bearer',
        expires_in: 1209599,
        userName: 'xxx',
        userId: '8a57...21a',
        organizationId: '5211196...afe968ca9',
        organizationName: 'xxx',
        roles: 'Administrator,CustomerAccountManager,Designer',
        apiversion: '3.2.0',
        '.issued': 'Tue, 09 Jun 2020 09:40:28 GMT',
        '.expires': 'Tue, 23 Jun 2020 09:40:28 GMT'
      }
    },
    handle: ({ header, options, address }) => issueToken({ apiKey: header('Apikey') ?? '', ...options, address })
  })
}
