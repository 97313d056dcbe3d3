// getToken: from an API key, a login and a password to a token.
import { Failure } from '../errors.js'
import { mintToken } from './access-token.js'
import { type AccountStore, type User } from './account-store.js'
import { apiKeyId, apiKeyMatches } from './api-key.js'
import { isLogin } from './names.js'
import { MAX_PASSWORD_LENGTH } from './password.js'
import { type PasswordHasher } from './password-hasher.js'
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

/**
 * Checks the credentials and issues a token. Whatever is wrong, the answer is the same and takes one password hash:
 * an unknown login is checked against a hash that fits nobody. Only then may the user hear that they are disabled.
 * @throws Failure bad_credentials, account_disabled, rate_limited; busy when the token cannot be stored
 */
export async function signIn (parts: SignInParts, request: SignInRequest): Promise<IssuedToken> {
  const attempt = await parts.limiter.begin(request)
  let verdict: Verdict | undefined
  try {
    verdict = await checkCredentials(parts, request)
    const { found } = verdict
    if (found === undefined) throw badCredentials()
    if (found.user.disabledAt !== undefined) throw new Failure('account_disabled', 'This account is disabled; ask the administrator of this server')
    const issued = await issueToken(parts, found.user, found.keyId, request.password)
    await parts.noteKeyUse(found.keyId)
    return issued
  } catch (error) {
    throw error instanceof StoreError ? storeUnavailable(error) : error
  } finally {
    if (verdict === undefined) attempt.abandon()
    else if (verdict.found === undefined) attempt.fail(verdict.keyFits)
    else attempt.succeed()
  }
}

interface Verdict {
  /** Whether the API key is known and live, whatever the rest. */
  readonly keyFits: boolean
  /** Set when all is right. */
  readonly found: { readonly user: User, readonly keyId: string } | undefined
}

async function checkCredentials (parts: SignInParts, request: SignInRequest): Promise<Verdict> {
  const { store, hasher, gate, now } = parts
  const keyId = apiKeyId(request.apiKey)
  const key = await store.findApiKey(keyId)
  const user = isLogin(request.login) ? await store.findUser(request.login) : undefined
  // No stored password is empty, so this stays wrong, at the usual price.
  const password = request.password.length <= MAX_PASSWORD_LENGTH ? request.password : ''
  const passwordFits = await gate(() => hasher.verify(user?.passwordHash ?? hasher.dummyHash, password))
  const keyFits = key !== undefined && apiKeyMatches(request.apiKey, key.secretHash) && key.revokedAt === undefined &&
    (key.expiresAt === undefined || key.expiresAt.getTime() > now())
  const fits = user !== undefined && passwordFits && keyFits && key.organizationId === user.organizationId
  return { keyFits, found: fits ? { user, keyId } : undefined }
}

async function issueToken (parts: SignInParts, user: User, keyId: string, password: string): Promise<IssuedToken> {
  const passwordHash = await upgradeHash(parts, user, password)
  const token = mintToken()
  const issuedAt = new Date(parts.now())
  const expiresAt = new Date(issuedAt.getTime() + parts.tokenTtlS * 1000)
  const stored = await parts.store.createToken({ id: token.id, tokenHash: token.hash, userId: user.id, keyId, issuedAt, expiresAt }, passwordHash)
  // The password was changed, the user disabled or the key revoked while the password was being checked.
  if (!stored) throw badCredentials()
  return {
    accessToken: token.text,
    expiresInS: parts.tokenTtlS - 1,
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

function badCredentials (): Failure {
  return new Failure('bad_credentials', 'The API key, the login or the password is wrong, or the key has expired or was revoked')
}

function storeUnavailable (cause: StoreError): Failure {
  return new Failure('busy', 'No token can be issued at the moment; try again later', { cause, retryAfterS: 30 })
}
