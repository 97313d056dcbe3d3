// The account there must be before anyone can sign in: generated on the first start, or declared by the settings.
import { Failure } from '../errors.js'
import { mintToken } from './access-token.js'
import { type AccountStore, type NewToken } from './account-store.js'
import { API_KEY_PATTERN, apiKeyId, hashApiKey, isMintedApiKey, mintApiKey } from './api-key.js'
import { type FirstCredentials } from './first-start-text.js'
import { ADMINISTRATOR, checkLogin, newId } from './names.js'
import { checkPassword, isPlaceholder, randomPassword } from './password.js'
import { createPasswordHasher, type PasswordHasher } from './password-hasher.js'

export { type FirstCredentials, firstStartText } from './first-start-text.js'

const FIRST_LOGIN = 'admin'
const FIRST_ORGANIZATION = 'Main organization'
const DECLARED_KEY_NAME = 'COMPUTE_ADMIN_API_KEY'
const MIN_DECLARED_KEY_LENGTH = 20
/** Two processes that start together disturb each other once; more is a fault of ours. */
const MAX_TRIES = 10

/** What the settings say of the first account. */
export interface DeclaredCredentials {
  readonly login?: string | undefined
  readonly password?: string | undefined
  readonly apiKey?: string | undefined
}

export interface FirstAccountOptions {
  readonly store: AccountStore
  readonly declared: DeclaredCredentials
  readonly tokenTtlS: number
  /**
   * Shows what was generated to the operator, at once: called at most once, just before the account becomes permanent,
   * so that neither a crash nor a closed terminal leaves an account whose password nobody knows.
   */
  readonly announce: (credentials: FirstCredentials) => void
  readonly hasher?: PasswordHasher
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/**
 * Makes sure that there is an account. Without declared values an empty store gets an organisation, an administrator
 * and an API key, and a store with users is left alone. Declared values are made true at every start; see
 * AccountStore.declareAccount. What is declared is never announced.
 * @throws Failure invalid_request for declared values that are not acceptable; it names the setting
 */
export async function ensureFirstAccount (options: FirstAccountOptions): Promise<void> {
  const { declared } = options
  const { hasher = createPasswordHasher(), now = Date.now } = options
  const parts = { ...options, hasher, now }
  if (declared.login === undefined && declared.password === undefined && declared.apiKey === undefined) {
    await createGenerated(parts)
    return
  }
  checkDeclared(declared)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (await ensureDeclared(parts)) return
  }
  throw new Error('the account store kept changing while the declared account was being stored')
}

type Parts = Required<FirstAccountOptions>

async function createGenerated ({ store, hasher, now, tokenTtlS, announce }: Parts): Promise<void> {
  if (!await store.isEmpty()) return
  const createdAt = new Date(now())
  const organization = { id: newId(), name: FIRST_ORGANIZATION, createdAt }
  const password = randomPassword()
  const user = {
    id: newId(), organizationId: organization.id, login: FIRST_LOGIN, passwordHash: await hasher.hash(password), roles: [ADMINISTRATOR], declared: false, createdAt
  }
  const key = mintApiKey()
  const apiKey = { ...generatedKey(key, createdAt), organizationId: organization.id }
  const { token, accessToken } = firstToken(user.id, key.id, createdAt, tokenTtlS)
  await store.createFirstAccount({ organization, user, apiKey, token }, () => announce({ login: FIRST_LOGIN, password, apiKey: key.text, accessToken }))
}

/** False: another process was at work meanwhile; look again. */
async function ensureDeclared ({ store, hasher, now, tokenTtlS, declared, announce }: Parts): Promise<boolean> {
  const createdAt = new Date(now())
  const login = declared.login ?? FIRST_LOGIN
  const empty = await store.isEmpty()
  const existing = await store.findUser(login)
  const generatedPassword = existing === undefined && declared.password === undefined ? randomPassword() : undefined
  const newPassword = generatedPassword ?? declared.password
  const keepsPassword = newPassword === undefined ||
    (existing !== undefined && await hasher.verify(existing.passwordHash, newPassword))
  const user = {
    id: newId(), login, passwordHash: keepsPassword ? undefined : await hasher.hash(newPassword), roles: [ADMINISTRATOR], declared: true, createdAt
  }
  const mintedKey = declared.apiKey === undefined && empty ? mintApiKey() : undefined
  const apiKey = declared.apiKey !== undefined ? declaredKey(declared.apiKey, createdAt) : mintedKey && generatedKey(mintedKey, createdAt)
  const announces = generatedPassword !== undefined || mintedKey !== undefined
  const first = announces && apiKey !== undefined ? firstToken(user.id, apiKey.id, createdAt, tokenTtlS) : undefined

  const outcome = await store.declareAccount({
    organization: { id: newId(), name: FIRST_ORGANIZATION, createdAt },
    user,
    apiKey,
    token: first?.token,
    seen: { empty, passwordHash: existing?.passwordHash }
  }, () => {
    if (announces) announce({ login, password: generatedPassword, apiKey: mintedKey?.text, accessToken: first?.accessToken })
  })
  if (outcome === 'key_taken') throw new Failure('invalid_request', 'COMPUTE_ADMIN_API_KEY has the id of another key that is stored; declare another')
  return outcome === 'declared'
}

function checkDeclared ({ login, password, apiKey }: DeclaredCredentials): void {
  naming('COMPUTE_ADMIN_LOGIN', () => checkLogin(login ?? FIRST_LOGIN))
  if (password !== undefined) naming('COMPUTE_ADMIN_PASSWORD', () => checkPassword(password, login ?? FIRST_LOGIN))
  if (apiKey !== undefined) naming('COMPUTE_ADMIN_API_KEY', () => checkDeclaredKey(apiKey))
}

function checkDeclaredKey (apiKey: string): void {
  if (apiKey.length < MIN_DECLARED_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new Failure('invalid_request', `A declared key has at least ${MIN_DECLARED_KEY_LENGTH} printable ASCII characters and no blanks; this one has ${apiKey.length} characters`)
  }
  if (isPlaceholder(apiKey)) throw new Failure('invalid_request', 'This key is a placeholder: declare a random one, such as the output of openssl rand -hex 24')
  if (API_KEY_PATTERN.test(apiKey) && !isMintedApiKey(apiKey)) throw new Failure('invalid_request', 'This key was not copied exactly: its checksum does not fit')
}

/** The same refusals as for accounts made by hand, with the setting's name in front. */
function naming (setting: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    throw error instanceof Failure ? new Failure(error.kind, `${setting}: ${error.message}`) : error
  }
}

function generatedKey (key: { readonly id: string, readonly hash: string }, createdAt: Date) {
  return { id: key.id, name: 'First key', secretHash: key.hash, declared: false, createdAt, expiresAt: undefined }
}

function declaredKey (text: string, createdAt: Date) {
  return { id: apiKeyId(text), name: DECLARED_KEY_NAME, secretHash: hashApiKey(text), declared: true, createdAt, expiresAt: undefined }
}

function firstToken (userId: string, keyId: string, issuedAt: Date, tokenTtlS: number): { readonly token: NewToken, readonly accessToken: string } {
  const { id, text, hash } = mintToken()
  const expiresAt = new Date(issuedAt.getTime() + tokenTtlS * 1000)
  return { token: { id, tokenHash: hash, userId, keyId, issuedAt, expiresAt }, accessToken: text }
}
