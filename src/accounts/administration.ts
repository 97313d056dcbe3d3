// What an administrator does to accounts, for the command line and the HTTP API alike.
import { Failure } from '../errors.js'
import { hashToken } from './access-token.js'
import { type AccountStore, type Organization, type Session, type StoredApiKey, type User } from './account-store.js'
import { mintApiKey } from './api-key.js'
import { checkLogin, checkName, checkRoles, foldName, newId, USER } from './names.js'
import { checkPassword } from './password.js'
import { type PasswordHasher } from './password-hasher.js'

/** A user as administrators see them. */
export type UserAccount = Omit<User, 'passwordHash'>

/** A key as administrators see it. `state`: 'expired' and 'revoked' keys get no more tokens. */
export type ApiKeyAccount = Omit<StoredApiKey, 'secretHash'> & { readonly state: 'live' | 'expired' | 'revoked' }

export interface UserRequest {
  readonly login: string
  readonly password: string
  /** `User` when absent. */
  readonly roles?: readonly string[] | undefined
  /** Name or id of an organisation; may be absent where there is only one. */
  readonly organization?: string | undefined
  /** Name of an organisation to be made for the user. */
  readonly newOrganization?: string | undefined
}

export interface ApiKeyRequest {
  readonly name: string
  /** As for users. */
  readonly organization?: string | undefined
  /** Absent: never. */
  readonly expiresAt?: Date | undefined
}

/**
 * Operations on accounts. They throw Failure invalid_request for what is not acceptable and not_found for what does
 * not exist. What they do is on the disk when they return, and takes effect in every process within a second.
 */
export interface Administration {
  listOrganizations (): Promise<readonly Organization[]>
  /** Oldest first. */
  listUsers (): Promise<readonly UserAccount[]>
  createUser (request: UserRequest): Promise<UserAccount>
  /** While disabled, a user gets no token and the ones they have are refused. They work again once enabled, unless revoked. */
  setUserDisabled (login: string, disabled: boolean): Promise<UserAccount>
  /** Changes the password and ends the user's tokens. */
  setPassword (login: string, password: string): Promise<UserAccount>
  /** Oldest first, the revoked ones included. */
  listApiKeys (): Promise<readonly ApiKeyAccount[]>
  /** `text` is the key, which cannot be had again. */
  createApiKey (request: ApiKeyRequest): Promise<{ readonly text: string, readonly apiKey: ApiKeyAccount }>
  /** Revokes a key and ends the tokens obtained with it. (A key that expires gets no more tokens; those it got live on.) */
  revokeApiKey (id: string): Promise<ApiKeyAccount>
  /** The tokens of a user, or of all; oldest first, expired ones included until they are purged. */
  listTokens (login?: string): Promise<readonly Session[]>
  revokeTokenById (id: string): Promise<void>
  revokeToken (token: string): Promise<void>
  /** @returns how many there were */
  revokeTokensOfUser (login: string): Promise<number>
}

export interface AdministrationParts {
  readonly store: AccountStore
  readonly hasher: PasswordHasher
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Called after whatever must take effect on sessions. */
  readonly forgetSessions: () => void
}

/** Makes the operations over a store. */
export function createAdministration ({ store, hasher, now, forgetSessions }: AdministrationParts): Administration {
  const requireUser = async (login: string): Promise<User> => {
    const user = await store.findUser(login)
    if (user === undefined) throw new Failure('not_found', `There is no user ${quote(login)}; see the list of accounts`)
    return user
  }
  const requireApiKey = async (id: string): Promise<ApiKeyAccount> => {
    const stored = await store.findApiKey(id)
    if (stored === undefined) throw new Failure('not_found', `There is no API key with the id ${quote(id)}; see the list of keys`)
    return describeApiKey(stored, now())
  }
  const chooseOrganization = async (wanted: string | undefined): Promise<Organization> => {
    const all = await store.listOrganizations()
    const fitting = wanted === undefined ? all : all.filter(({ id, name }) => id === wanted || foldName(name) === foldName(wanted))
    const [only] = fitting
    if (only !== undefined && fitting.length === 1) return only
    const names = all.map(({ name }) => quote(name)).join(', ')
    throw wanted === undefined
      ? new Failure('invalid_request', names === '' ? 'There is no organization yet; name a new one' : `There are several organizations; name one of ${names}`)
      : new Failure('not_found', `There is no organization ${quote(wanted)}; there ${names === '' ? 'is none' : `are ${names}`}`)
  }

  return {
    listOrganizations: async () => await store.listOrganizations(),
    listUsers: async () => (await store.listUsers()).map(describeUser),
    async createUser (request) {
      const { login, password, roles = [USER] } = request
      checkLogin(login)
      checkRoles(roles)
      checkPassword(password, login)
      const createdAt = new Date(now())
      const newOrganization = request.newOrganization === undefined
        ? undefined
        : { id: newId(), name: checkName('name of an organization', request.newOrganization), createdAt }
      const { id: organizationId } = newOrganization ?? await chooseOrganization(request.organization)
      const user = { id: newId(), organizationId, login, passwordHash: await hasher.hash(password), roles: [...new Set(roles)], declared: false, createdAt }
      const outcome = await store.createUser(user, newOrganization)
      if (outcome === 'login_taken') throw new Failure('invalid_request', `There is a user ${quote(login)} already (letter case does not count); choose another login`)
      if (outcome === 'organization_taken') throw new Failure('invalid_request', `There is an organization ${quote(newOrganization?.name ?? '')} already; name it as an existing one`)
      return describeUser(await requireUser(login))
    },
    async setUserDisabled (login, disabled) {
      const { id } = await requireUser(login)
      await store.setUserDisabled(id, disabled ? new Date(now()) : undefined)
      forgetSessions()
      return describeUser(await requireUser(login))
    },
    async setPassword (login, password) {
      const { id, login: written } = await requireUser(login)
      checkPassword(password, written)
      await store.changePassword(id, await hasher.hash(password))
      forgetSessions()
      return describeUser(await requireUser(login))
    },
    listApiKeys: async () => (await store.listApiKeys()).map(stored => describeApiKey(stored, now())),
    async createApiKey (request) {
      const name = checkName('name of a key', request.name)
      if (request.expiresAt !== undefined && !(request.expiresAt.getTime() > now())) throw new Failure('invalid_request', 'A key must expire in the future')
      const { id: organizationId } = await chooseOrganization(request.organization)
      const { id, text, hash } = mintApiKey()
      await store.createApiKey({ id, organizationId, name, secretHash: hash, declared: false, createdAt: new Date(now()), expiresAt: request.expiresAt })
      return { text, apiKey: await requireApiKey(id) }
    },
    async revokeApiKey (id) {
      await requireApiKey(id)
      await store.revokeApiKey(id, new Date(now()))
      forgetSessions()
      return await requireApiKey(id)
    },
    listTokens: async login => await store.listSessions(login === undefined ? undefined : (await requireUser(login)).id),
    async revokeTokenById (id) {
      if (!await store.revokeToken({ id })) throw new Failure('not_found', `There is no token with the id ${quote(id)}; it may have been revoked before`)
      forgetSessions()
    },
    async revokeToken (token) {
      if (!await store.revokeToken({ tokenHash: hashToken(token) })) throw new Failure('not_found', 'There is no such token; it may have been revoked before')
      forgetSessions()
    },
    async revokeTokensOfUser (login) {
      const count = await store.revokeTokensOfUser((await requireUser(login)).id)
      forgetSessions()
      return count
    }
  }
}

function describeUser ({ passwordHash: _, ...user }: User): UserAccount {
  return user
}

function describeApiKey ({ secretHash: _, ...apiKey }: StoredApiKey, nowMs: number): ApiKeyAccount {
  const expired = apiKey.expiresAt !== undefined && apiKey.expiresAt.getTime() <= nowMs
  return { ...apiKey, state: apiKey.revokedAt !== undefined ? 'revoked' : expired ? 'expired' : 'live' }
}

function quote (text: string): string {
  return JSON.stringify(text.slice(0, 100))
}
