// What administrators see of users. Not part of the hosted service.
import { Type, type Static } from 'typebox'

const USER = {
  id: Type.String(),
  login: Type.String(),
  roles: Type.Array(Type.String(), { description: 'Administrator, User' }),
  state: Type.Union([Type.Literal('enabled'), Type.Literal('disabled')]),
  declared: Type.Boolean({ description: 'kept by COMPUTE_ADMIN_LOGIN: enabled again at every start of the server' }),
  createdAt: Type.String({ format: 'date-time', description: 'ISO 8601, in UTC' })
}

/** The users of the caller's organisation, oldest first. */
export const UsersSchema = Type.Object({ users: Type.Array(Type.Object(USER)) })
export type Users = Static<typeof UsersSchema>

/** A user after what was done; with the password, where the server made one. */
export const UserSchema = Type.Object({
  ...USER,
  password: Type.Optional(Type.String({ description: 'the password that was generated, shown this once' }))
})
export type User = Static<typeof UserSchema>
