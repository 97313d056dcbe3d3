// Signing in to the console, who is signed in, and signing out.
import type { Accounts, ConsoleSignInRequest } from '../accounts/accounts.js'
import { Failure } from '../errors.js'
import type { ConsoleSession, ConsoleVisit } from '../wire/console.js'

export interface ConsoleSessions {
  /** `secret` goes into the cookie. @throws Failure bad_credentials, account_disabled, rate_limited, busy */
  signIn (request: ConsoleSignInRequest): Promise<{ readonly secret: string, readonly expiresAt: Date, readonly session: ConsoleSession }>
  show (secret: string | undefined): Promise<ConsoleVisit>
  /** Ends the session everywhere; one that has ended already does no harm. */
  signOut (secret: string | undefined): Promise<void>
}

/** Makes the service over the given accounts. */
export function createConsoleSessions (accounts: Pick<Accounts, 'signInToConsole' | 'authenticateSession' | 'revokeToken'>): ConsoleSessions {
  return {
    async signIn (request) {
      const { accessToken, expiresAt, login, organizationName, roles } = await accounts.signInToConsole(request)
      return { secret: accessToken, expiresAt, session: { login, organizationName, roles: [...roles], expiresAt: expiresAt.toISOString() } }
    },
    async show (secret) {
      if (secret === undefined) return {}
      try {
        const { login, organizationName, roles, expiresAt } = await accounts.authenticateSession(secret)
        return { session: { login, organizationName, roles: [...roles], expiresAt: expiresAt.toISOString() } }
      } catch (error) {
        if (error instanceof Failure) return { ended: error.message }
        throw error
      }
    },
    async signOut (secret) {
      if (secret === undefined) return
      try {
        await accounts.revokeToken(secret)
      } catch (error) {
        if (!(error instanceof Failure && error.kind === 'not_found')) throw error
      }
    }
  }
}
