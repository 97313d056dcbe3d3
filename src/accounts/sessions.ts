// Who a token speaks for, and the upkeep of stored tokens.
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { Failure } from '../errors.js'
import { ACCESS_TOKEN_PATTERN, CONSOLE_SESSION_PATTERN, hashToken } from './access-token.js'
import { type AccountStore, type Session } from './account-store.js'
import { foldName } from './names.js'
import { type SessionCache } from './session-cache.js'

/** How long an expired token is still told apart from an unknown one. */
const EXPIRED_TOKEN_MEMORY_MS = 7 * 24 * 60 * 60_000
/** A purge writes in steps of some milliseconds, between which requests are answered. */
const PURGE_STEP_TOKENS = 500

/** What a request presents. */
export interface PresentedToken {
  readonly token?: string | undefined
  /** When it is given it must be the token's; letter case does not count. */
  readonly userName?: string | undefined
}

/** On whose behalf a request is made. */
export interface Principal {
  readonly userId: string
  readonly login: string
  readonly organizationId: string
  readonly roles: readonly string[]
  readonly tokenId: string
  /** The API key that the token was obtained with; undefined for a session of the console. */
  readonly keyId: string | undefined
}

export interface SessionParts {
  readonly store: AccountStore
  readonly cache: SessionCache
  readonly now: () => number
  readonly noteKeyUse: (keyId: string) => Promise<void>
}

/** Someone who is signed in to the console. */
export interface ConsoleVisitor extends Principal {
  readonly organizationName: string
  readonly expiresAt: Date
}

/**
 * Finds whom a token speaks for.
 * @throws Failure token_missing, token_unknown (revoked ones too), token_of_other_user, token_expired, account_disabled
 */
export async function authenticate (parts: SessionParts, { token, userName }: PresentedToken): Promise<Principal> {
  if (token === undefined || token === '') {
    throw new Failure('token_missing', 'A token is needed: send the headers userName and token, or Authorization: Bearer, with what getToken gave you')
  }
  const session = await findSession(parts, ACCESS_TOKEN_PATTERN, token)
  if (session === undefined) throw new Failure('token_unknown', 'The token is unknown or was revoked; ask getToken for a new one')
  if (userName !== undefined && userName !== '' && foldName(userName) !== foldName(session.login)) {
    throw new Failure('token_of_other_user', 'The token does not belong to this userName')
  }
  if (session.expiresAt.getTime() <= parts.now()) throw new Failure('token_expired', 'The token has expired; ask getToken for a new one')
  if (session.userDisabled) throw accountDisabled()
  if (session.keyId !== undefined) await parts.noteKeyUse(session.keyId)
  return principalOf(session)
}

/**
 * Finds who is signed in to the console.
 * @param text what the console's cookie holds
 * @throws Failure token_unknown (signed out, or the password was changed), token_expired, account_disabled
 */
export async function authenticateSession (parts: SessionParts, text: string): Promise<ConsoleVisitor> {
  const session = await findSession(parts, CONSOLE_SESSION_PATTERN, text)
  if (session === undefined) throw new Failure('token_unknown', 'This session has ended; sign in again')
  if (session.expiresAt.getTime() <= parts.now()) throw new Failure('token_expired', 'This session has expired; sign in again')
  if (session.userDisabled) throw accountDisabled()
  return { ...principalOf(session), organizationName: session.organizationName, expiresAt: session.expiresAt }
}

/** Why somebody who proved who they are is refused all the same. */
export function accountDisabled (): Failure {
  return new Failure('account_disabled', 'This account is disabled; ask the administrator of this server')
}

/** Forgets tokens that expired some days ago, in small steps. @returns how many */
export async function purgeExpiredTokens (store: AccountStore, now: () => number): Promise<number> {
  const expiredBefore = new Date(now() - EXPIRED_TOKEN_MEMORY_MS)
  let purged = 0
  for (;;) {
    const step = await store.purgeTokens(expiredBefore, PURGE_STEP_TOKENS)
    purged += step
    if (step < PURGE_STEP_TOKENS) return purged
    await yieldToOthers()
  }
}

function principalOf (session: Session): Principal {
  return {
    userId: session.userId,
    login: session.login,
    organizationId: session.organizationId,
    roles: session.roles,
    tokenId: session.tokenId,
    keyId: session.keyId
  }
}

async function findSession (parts: SessionParts, pattern: RegExp, token: string): Promise<Session | undefined> {
  if (!pattern.test(token)) return undefined
  const tokenHash = hashToken(token)
  return await parts.cache.find(tokenHash, () => parts.store.findSession(tokenHash))
}
