// Accounts as the server uses them: signing in, recognising tokens, administration, over one store.
import { type AccountStore } from './account-store.js'
import { type Administration, createAdministration } from './administration.js'
import { createKeyUseNotes } from './key-use.js'
import { createPasswordHasher, type PasswordHasher } from './password-hasher.js'
import { createSessionCache } from './session-cache.js'
import { authenticate, authenticateSession, type ConsoleVisitor, type PresentedToken, type Principal, purgeExpiredTokens } from './sessions.js'
import { type ConsoleSignInRequest, type Gate, type IssuedToken, signIn, signInToConsole, type SignInRequest } from './sign-in.js'
import { createSignInLimiter, DEFAULT_SIGN_IN_LIMITS, type SignInLimits } from './sign-in-limiter.js'
import { type StoreError } from './store-error.js'

export type { ApiKeyAccount, UserAccount } from './administration.js'
export type { ConsoleVisitor, PresentedToken, Principal } from './sessions.js'
export type { ConsoleSignInRequest, IssuedToken, SignInRequest } from './sign-in.js'

/** Half of the second within which a revocation by another process must take effect. */
const SESSION_CACHE_MS = 500
/** Some 10 MB. */
const SESSION_CACHE_SESSIONS = 20_000

export interface AccountsOptions {
  readonly store: AccountStore
  readonly tokenTtlS: number
  /** Where password hashing waits for its turn; at once when absent. */
  readonly gate?: Gate
  readonly hasher?: PasswordHasher
  readonly limits?: SignInLimits
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Milliseconds that never go backwards. */
  readonly monotonicNow?: () => number
  /** Hears of store faults that failed no request. */
  readonly reportFault?: (fault: StoreError) => void
}

export interface Accounts extends Administration {
  /** See `signIn`. @throws Failure bad_credentials, account_disabled, rate_limited, busy */
  issueToken (request: SignInRequest): Promise<IssuedToken>
  /** See `authenticate`. @throws Failure token_missing, token_unknown, token_expired, token_of_other_user, account_disabled */
  authenticate (presented: PresentedToken): Promise<Principal>
  /** See `signInToConsole`. @throws Failure bad_credentials, account_disabled, rate_limited, busy */
  signInToConsole (request: ConsoleSignInRequest): Promise<IssuedToken>
  /** See `authenticateSession`. @throws Failure token_unknown, token_expired, account_disabled */
  authenticateSession (text: string): Promise<ConsoleVisitor>
  /** To be called now and then. @returns how many tokens were forgotten */
  purgeExpiredTokens (): Promise<number>
}

/** Makes accounts over a store, which stays its caller's to close. */
export function createAccounts (options: AccountsOptions): Accounts {
  const { store, tokenTtlS, gate = work => work(), hasher = createPasswordHasher(), now = Date.now, monotonicNow = () => performance.now() } = options
  const cache = createSessionCache({
    maxAgeMs: SESSION_CACHE_MS,
    maxSessions: SESSION_CACHE_SESSIONS,
    monotonicNow
  })
  const limiter = createSignInLimiter(options.limits ?? DEFAULT_SIGN_IN_LIMITS, monotonicNow)
  const noteKeyUse = createKeyUseNotes(store, now, options.reportFault ?? (() => {}))
  const signInParts = { store, hasher, limiter, gate, tokenTtlS, now, noteKeyUse }
  const sessionParts = { store, cache, now, noteKeyUse }
  return {
    ...createAdministration({ store, hasher, now, forgetSessions: () => cache.clear() }),
    issueToken: async request => await signIn(signInParts, request),
    signInToConsole: async request => await signInToConsole(signInParts, request),
    authenticate: async presented => await authenticate(sessionParts, presented),
    authenticateSession: async text => await authenticateSession(sessionParts, text),
    purgeExpiredTokens: async () => await purgeExpiredTokens(store, now)
  }
}
