// GET and POST /admin/v1/keys, DELETE /admin/v1/keys/{id}
import { Type } from 'typebox'
import type { ManageKeys } from '../../services/manage-keys.js'
import { KeySchema, KeysSchema, NewKeySchema } from '../../wire/admin-keys.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

const PATH = '/admin/v1/keys'

const EXAMPLE = {
  id: '7f3k9m2p4q8r',
  name: 'Photo archive',
  prefix: 'cak_7f3k9m2p4q8r_',
  state: 'live',
  declared: false,
  createdAt: '2030-01-31T08:00:00.000Z',
  expiresAt: '2031-01-31T08:00:00.000Z'
} as const

/** API keys of the caller's organisation: list, create, revoke. */
export function keyEndpoints (manageKeys: ManageKeys): readonly Endpoint[] {
  return [
    defineEndpoint({
      name: 'listKeys',
      path: PATH,
      methods: ['GET'],
      tag: 'administration',
      summary: 'List the API keys',
      access: 'administrator',
      images: [],
      options: Type.Object({}),
      content: KeysSchema,
      example: { keys: [EXAMPLE] },
      handle: ({ caller }) => manageKeys.list(caller)
    }),
    defineEndpoint({
      name: 'createKey',
      path: PATH,
      methods: ['POST'],
      tag: 'administration',
      summary: 'Create an API key',
      access: 'administrator',
      images: [],
      options: Type.Object({
        name: Type.String({ maxLength: 200, description: 'what it is for' }),
        expires: Type.Optional(Type.String({ maxLength: 40, description: 'when it gets no more tokens: `90d`, `12h`, `2030-01-31`, `2030-01-31T08:00:00Z`; never if not given' }))
      }),
      content: NewKeySchema,
      example: { key: 'cak_7f3k9m2p4q8r_…', ...EXAMPLE },
      handle: ({ caller, options }) => manageKeys.create(caller, options)
    }),
    defineEndpoint({
      name: 'revokeKey',
      path: `${PATH}/:id`,
      methods: ['DELETE'],
      tag: 'administration',
      summary: 'Revoke an API key and end the tokens obtained with it',
      access: 'administrator',
      images: [],
      options: Type.Object({ id: Type.String({ maxLength: 100, description: 'as the list shows it' }) }),
      content: KeySchema,
      example: { ...EXAMPLE, state: 'revoked', revokedAt: '2030-02-01T08:00:00.000Z' },
      handle: ({ caller, options }) => manageKeys.revoke(caller, options.id)
    })
  ]
}
