// GET, POST and DELETE /console/session
import { Type } from 'typebox'
import type { ConsoleSessions } from '../../services/console-session.js'
import { ConsoleSessionSchema, ConsoleVisitSchema, SignedOutSchema } from '../../wire/console.js'
import { endedSessionCookie, PAGE_HEADER, readSessionCookie, requireOwnPage, sessionCookie } from '../console-cookie.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

const SHARED = { path: '/console/session', tag: 'console', access: 'public', images: [] } as const
const HEADERS = { [PAGE_HEADER]: 'Anything: other pages cannot send it' }
const EXAMPLE = { login: 'admin', organizationName: 'Main organization', roles: ['Administrator'], expiresAt: '2030-01-31T20:00:00.000Z' }

/** Who is signed in to the console, signing in and signing out. */
export function consoleSessionEndpoints (sessions: ConsoleSessions): readonly Endpoint[] {
  return [
    defineEndpoint({
      ...SHARED,
      name: 'showSession',
      methods: ['GET'],
      summary: 'Who is signed in',
      headers: HEADERS,
      options: Type.Object({}),
      content: ConsoleVisitSchema,
      example: { session: EXAMPLE },
      async handle ({ headers }) {
        requireOwnPage(headers)
        return await sessions.show(readSessionCookie(headers.cookie))
      }
    }),
    defineEndpoint({
      ...SHARED,
      name: 'signIn',
      methods: ['POST'],
      summary: 'Sign in to the console',
      headers: HEADERS,
      options: Type.Object({ login: Type.String({ maxLength: 200 }), password: Type.String({ maxLength: 1024 }) }),
      content: ConsoleSessionSchema,
      example: EXAMPLE,
      async handle ({ headers, options, address, overTls, answerHeader }) {
        requireOwnPage(headers)
        const { secret, expiresAt, session } = await sessions.signIn({ ...options, address })
        answerHeader('set-cookie', sessionCookie(secret, expiresAt, overTls))
        return session
      }
    }),
    defineEndpoint({
      ...SHARED,
      name: 'signOut',
      methods: ['DELETE'],
      summary: 'Sign out of the console',
      headers: HEADERS,
      options: Type.Object({}),
      content: SignedOutSchema,
      example: {},
      async handle ({ headers, overTls, answerHeader }) {
        requireOwnPage(headers)
        await sessions.signOut(readSessionCookie(headers.cookie))
        answerHeader('set-cookie', endedSessionCookie(overTls))
        return {}
      }
    })
  ]
}
