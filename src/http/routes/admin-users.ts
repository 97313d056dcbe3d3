// GET, POST and PATCH /admin/v1/users
import { Type } from 'typebox'
import type { ManageUsers } from '../../services/manage-users.js'
import { UserSchema, UsersSchema } from '../../wire/admin-users.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

const SHARED = { path: '/admin/v1/users', tag: 'administration', access: 'administrator', images: [] } as const

const EXAMPLE = {
  id: '8a57c1d0e2b34f6a9c8d7e6f5a4b3c21',
  login: 'archive',
  roles: ['User'],
  state: 'enabled',
  declared: false,
  createdAt: '2030-01-31T08:00:00.000Z'
} as const

const login = Type.String({ maxLength: 200, description: 'letters, digits or . _ @ + -' })
const password = (otherwise: string) => Type.Optional(Type.String({ maxLength: 1024, description: `at least 10 characters; ${otherwise}` }))

/** Users of the caller's organisation: list, create, disable, give another password. */
export function userEndpoints (manageUsers: ManageUsers): readonly Endpoint[] {
  return [
    defineEndpoint({
      ...SHARED,
      name: 'listUsers',
      methods: ['GET'],
      summary: 'List the users',
      options: Type.Object({}),
      content: UsersSchema,
      example: { users: [{ ...EXAMPLE, roles: [...EXAMPLE.roles] }] },
      handle: ({ caller }) => manageUsers.list(caller)
    }),
    defineEndpoint({
      ...SHARED,
      name: 'createUser',
      methods: ['POST'],
      summary: 'Create a user',
      options: Type.Object({
        login,
        roles: Type.Optional(Type.String({ maxLength: 100, description: 'comma list of `Administrator` and `User`; `User` if not given' })),
        password: password('if not given, one is generated and shown this once')
      }),
      content: UserSchema,
      example: { ...EXAMPLE, roles: [...EXAMPLE.roles], password: 'k3m9p-2q7rs-v4wx8-y1za5' },
      handle: ({ caller, options }) => manageUsers.create(caller, options)
    }),
    defineEndpoint({
      ...SHARED,
      name: 'changeUser',
      methods: ['PATCH'],
      summary: 'Disable or enable a user, or give them another password',
      options: Type.Object({
        login,
        disabled: Type.Optional(Type.Boolean({ description: 'a disabled user gets no token, and the ones they have are refused within a second' })),
        password: password('ends the tokens and sessions of the user'),
        resetPassword: Type.Optional(Type.Boolean({ description: 'generate a password and show it this once; ends the tokens and sessions of the user' }))
      }),
      content: UserSchema,
      example: { ...EXAMPLE, roles: [...EXAMPLE.roles], state: 'disabled' },
      handle: ({ caller, options }) => manageUsers.change(caller, options)
    })
  ]
}
