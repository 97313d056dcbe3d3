// From an API key, a login and a password to a token, and from a login and a password to a session of the console.
import { Failure } from '../errors.js'
import { mintToken } from './access-token.js'
import { type AccountStore, type StoredApiKey, type User } from './account-store.js'
import { apiKeyId, apiKeyMatches } from './api-key.js'
import { isLogin } from './names.js'
import { MAX_PASSWORD_LENGTH } from './password.js'
import { type PasswordHasher } from './password-hasher.js'
import { accountDisabled } from './sessions.js'
import { type SignInLimiter } from './sign-in-limiter.js'
import { StoreError } from './store-error.js'

/** What a client gives to get a token. */
export interface SignInRequest {
  readonly apiKey: string
  readonly login: string
  readonly password: string
  /** The client's IP address, for the limits. */
  readonly address: string
}

/** What a person gives to sign in to the console: no API key. */
export type ConsoleSignInRequest = Omit<SignInRequest, 'apiKey'>

/** A token, shown this once. */
export interface IssuedToken {
  readonly accessToken: string
  /** One second less than the token lives, as documented. */
  readonly expiresInS: number
  readonly login: string
  readonly userId: string
  readonly organizationId: string
  readonly organizationName: string
  readonly roles: readonly string[]
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** Runs work that costs CPU time when there is room for it. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

export interface SignInParts {
  readonly store: AccountStore
  readonly hasher: PasswordHasher
  readonly limiter: SignInLimiter
  readonly gate: Gate
  readonly tokenTtlS: number
  readonly now: () => number
  readonly noteKeyUse: (keyId: string) => Promise<void>
}

/** How long a session of the console lasts: a working day. */
const CONSOLE_SESSION_S = 12 * 60 * 60

/**
 * Checks the credentials and issues a token. Whatever is wrong, the answer is the same and takes one password hash:
 * an unknown login is checked against a hash that fits nobody. Only then may the user hear that they are disabled.
 * @throws Failure bad_credentials, account_disabled, rate_limited; busy when the token cannot be stored
 */
export async function signIn (parts: SignInParts, request: SignInRequest): Promise<IssuedToken> {
  return await attemptSignIn(parts, request, { tokenTtlS: parts.tokenTtlS, prefix: 'cpt' })
}

/**
 * The same without an API key, for a session of the console. Its attempts count against the same limits, and against the
 * login whatever was wrong.
 * @throws Failure bad_credentials, account_disabled, rate_limited; busy when the session cannot be stored
 */
export async function signInToConsole (parts: SignInParts, request: ConsoleSignInRequest): Promise<IssuedToken> {
  return await attemptSignIn(parts, request, { tokenTtlS: CONSOLE_SESSION_S, prefix: 'ccs' })
}

interface Issuing {
  readonly tokenTtlS: number
  readonly prefix: Parameters<typeof mintToken>[0]
}

async function attemptSignIn (parts: SignInParts, request: Credentials, issuing: Issuing): Promise<IssuedToken> {
  const attempt = await parts.limiter.begin(request)
  let verdict: Verdict | undefined
  try {
    verdict = await checkCredentials(parts, request)
    const { found } = verdict
    if (found === undefined) throw badCredentials(request)
    if (found.user.disabledAt !== undefined) throw accountDisabled()
    const issued = await issueToken(parts, found, request, issuing)
    if (found.keyId !== undefined) await parts.noteKeyUse(found.keyId)
    return issued
  } catch (error) {
    throw error instanceof StoreError ? storeUnavailable(error) : error
  } finally {
    if (verdict === undefined) attempt.abandon()
    else if (verdict.found === undefined) attempt.fail(verdict.keyFits)
    else attempt.succeed()
  }
}

/** Without an API key: for the console. */
type Credentials = ConsoleSignInRequest & Partial<SignInRequest>

interface Found {
  readonly user: User
  /** undefined where none was asked for. */
  readonly keyId: string | undefined
}

interface Verdict {
  /** Whether the API key is known and live, or none was asked for, whatever the rest. */
  readonly keyFits: boolean
  /** Set when all is right. */
  readonly found: Found | undefined
}

async function checkCredentials (parts: SignInParts, request: Credentials): Promise<Verdict> {
  const { store, hasher, gate } = parts
  const keyId = request.apiKey === undefined ? undefined : apiKeyId(request.apiKey)
  const key = keyId === undefined ? undefined : await store.findApiKey(keyId)
  const user = isLogin(request.login) ? await store.findUser(request.login) : undefined
  // No stored password is empty, so this stays wrong, at the usual price.
  const password = request.password.length <= MAX_PASSWORD_LENGTH ? request.password : ''
  const passwordFits = await gate(() => hasher.verify(user?.passwordHash ?? hasher.dummyHash, password))
  const keyFits = request.apiKey === undefined || isLiveKey(parts, request.apiKey, key)
  const fits = user !== undefined && passwordFits && keyFits && (keyId === undefined || key?.organizationId === user.organizationId)
  return { keyFits, found: fits ? { user, keyId } : undefined }
}

function isLiveKey ({ now }: SignInParts, text: string, key: StoredApiKey | undefined): boolean {
  return key !== undefined && apiKeyMatches(text, key.secretHash) && key.revokedAt === undefined &&
    (key.expiresAt === undefined || key.expiresAt.getTime() > now())
}

async function issueToken (parts: SignInParts, { user, keyId }: Found, request: Credentials, { tokenTtlS, prefix }: Issuing): Promise<IssuedToken> {
  const passwordHash = await upgradeHash(parts, user, request.password)
  const token = mintToken(prefix)
  const issuedAt = new Date(parts.now())
  const expiresAt = new Date(issuedAt.getTime() + tokenTtlS * 1000)
  const stored = await parts.store.createToken({ id: token.id, tokenHash: token.hash, userId: user.id, keyId, issuedAt, expiresAt }, passwordHash)
  // The password was changed, the user disabled or the key revoked while the password was being checked.
  if (!stored) throw badCredentials(request)
  return {
    accessToken: token.text,
    expiresInS: tokenTtlS - 1,
    login: user.login,
    userId: user.id,
    organizationId: user.organizationId,
    organizationName: user.organizationName,
    roles: user.roles,
    issuedAt,
    expiresAt
  }
}

/** Only now is the password at hand to hash it at today's cost. @returns the hash that is stored from now on */
async function upgradeHash ({ store, hasher, gate }: SignInParts, user: User, password: string): Promise<string> {
  if (!hasher.isOutdated(user.passwordHash)) return user.passwordHash
  const upgraded = await gate(() => hasher.hash(password))
  await store.upgradePasswordHash(user.id, user.passwordHash, upgraded)
  return upgraded
}

function badCredentials ({ apiKey }: Credentials): Failure {
  return new Failure('bad_credentials', apiKey === undefined
    ? 'The login or the password is wrong'
    : 'The API key, the login or the password is wrong, or the key has expired or was revoked')
}

function storeUnavailable (cause: StoreError): Failure {
  return new Failure('busy', 'Nobody can sign in at the moment; try again later', { cause, retryAfterS: 30 })
}
