// What the console alone asks for. Not part of the hosted service.
import { Type, type Static } from 'typebox'

/** Who is signed in. */
export const ConsoleSessionSchema = Type.Object({
  login: Type.String(),
  organizationName: Type.String(),
  roles: Type.Array(Type.String()),
  expiresAt: Type.String({ format: 'date-time' })
})
export type ConsoleSession = Static<typeof ConsoleSessionSchema>

/** Whether somebody is signed in. That nobody is, is no error: every visit begins so. */
export const ConsoleVisitSchema = Type.Object({
  session: Type.Optional(ConsoleSessionSchema),
  ended: Type.Optional(Type.String({ description: 'why a session that was there is there no more' }))
})
export type ConsoleVisit = Static<typeof ConsoleVisitSchema>

/** The answer to signing out. */
export const SignedOutSchema = Type.Object({})

const AccessSchema = Type.Union([Type.Literal('public'), Type.Literal('token'), Type.Literal('off')])

/** How the server is. */
export const ServerStatusSchema = Type.Object({
  version: Type.String(),
  uptimeS: Type.Integer({ minimum: 0 }),
  slots: Type.Integer({ minimum: 1, description: 'computations that may run at one time' }),
  busy: Type.Integer({ minimum: 0, description: 'computations that run now' }),
  waiting: Type.Integer({ minimum: 0, description: 'requests that wait for a CPU now' }),
  docs: AccessSchema,
  metrics: AccessSchema,
  fetch: Type.Boolean({ description: 'whether images are fetched from URLs' }),
  maxImageBytes: Type.Integer({ minimum: 1 })
})
export type ServerStatus = Static<typeof ServerStatusSchema>

/** A picture as a browser can show it: upright, and no larger than a screen. */
export const PreviewSchema = Type.Object({
  width: Type.Integer({ minimum: 1, description: 'of the upright picture itself' }),
  height: Type.Integer({ minimum: 1 }),
  picture: Type.String({ contentEncoding: 'base64', contentMediaType: 'image/jpeg' })
})
export type Preview = Static<typeof PreviewSchema>
