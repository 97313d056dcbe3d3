// What administrators see of API keys. Not part of the hosted service.
import { Type, type Static } from 'typebox'

const time = (description: string) => Type.String({ format: 'date-time', description })

const KEY = {
  id: Type.String(),
  name: Type.String(),
  prefix: Type.Optional(Type.String({ description: 'how the key begins; left out for a key that the settings declare' })),
  state: Type.Union([Type.Literal('live'), Type.Literal('expired'), Type.Literal('revoked')]),
  declared: Type.Boolean({ description: 'kept by COMPUTE_ADMIN_API_KEY: live again at every start of the server' }),
  createdAt: time('ISO 8601, in UTC like all times here'),
  expiresAt: Type.Optional(time('when it gets no more tokens; left out if never')),
  revokedAt: Type.Optional(time('left out while it is not revoked')),
  lastUsedAt: Type.Optional(time('exact to a minute; left out if never'))
}

/** A key, without its secret. */
export const KeySchema = Type.Object(KEY)
export type Key = Static<typeof KeySchema>

/** All keys of the caller's organisation, oldest first. */
export const KeysSchema = Type.Object({ keys: Type.Array(KeySchema) })
export type Keys = Static<typeof KeysSchema>

/** A key that was just made. */
export const NewKeySchema = Type.Object({
  id: KEY.id,
  key: Type.String({ description: 'the key itself, shown this once' }),
  name: KEY.name,
  prefix: KEY.prefix,
  state: KEY.state,
  declared: KEY.declared,
  createdAt: KEY.createdAt,
  expiresAt: KEY.expiresAt
})
export type NewKey = Static<typeof NewKeySchema>
