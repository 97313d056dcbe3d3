// Who asks: the documented headers `userName` and `token`, or `Authorization: Bearer`; without them the console's session.
import type { FastifyRequest } from 'fastify'
import type { Accounts } from '../accounts/accounts.js'
import { readSessionCookie, requireOwnPage } from './console-cookie.js'

/**
 * Finds out on whose behalf a request is made and notes it in the request's life.
 * @throws Failure token_missing, token_unknown, token_expired, token_of_other_user, account_disabled; forbidden where
 *   another page asks with the console's session
 */
export type Authenticate = (request: FastifyRequest) => Promise<void>

/** Makes the check over the given accounts. @param sessions whether sessions of the console count */
export function createAuthenticate (accounts: Pick<Accounts, 'authenticate' | 'authenticateSession'>, sessions: boolean): Authenticate {
  return async request => {
    const { headers } = request
    const token = single(headers.token) ?? bearer(headers.authorization)
    const session = sessions && token === undefined ? readSessionCookie(headers.cookie) : undefined
    if (session !== undefined) {
      requireOwnPage(headers)
      request.life.principal = await accounts.authenticateSession(session)
      return
    }
    const userName = single(headers.username)
    request.life.principal = await accounts.authenticate({ ...(token === undefined ? {} : { token }), ...(userName === undefined ? {} : { userName }) })
  }
}

function bearer (authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

// Header bytes arrive as latin1; clients that put a name with accents there send UTF-8.
function single (value: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  if (text === undefined || text === '') return undefined
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  return utf8.includes('\ufffd') ? text : utf8
}
