// API keys over HTTP: an administrator sees and changes those of their own organisation.
import type { ApiKeyAccount, Accounts, Principal } from '../accounts/accounts.js'
import { parseExpiry } from '../accounts/expiry.js'
import { Failure } from '../errors.js'
import type { Key, Keys, NewKey } from '../wire/admin-keys.js'

export interface ManageKeys {
  list (caller: Principal): Promise<Keys>
  /** @throws Failure invalid_request */
  create (caller: Principal, request: { readonly name: string, readonly expires?: string | undefined }): Promise<NewKey>
  /** Revoking twice does no harm. @throws Failure not_found */
  revoke (caller: Principal, id: string): Promise<Key>
}

/** Makes the service. @param now milliseconds since 1970 */
export function createManageKeys (accounts: Pick<Accounts, 'listApiKeys' | 'createApiKey' | 'revokeApiKey'>, now: () => number = Date.now): ManageKeys {
  const keysOf = async ({ organizationId }: Principal): Promise<readonly ApiKeyAccount[]> =>
    (await accounts.listApiKeys()).filter(key => key.organizationId === organizationId)
  return {
    list: async caller => ({ keys: (await keysOf(caller)).map(describeKey) }),
    async create (caller, { name, expires }) {
      const { text, apiKey } = await accounts.createApiKey({
        name, organization: caller.organizationId, expiresAt: expires === undefined ? undefined : parseExpiry(expires, now())
      })
      return { key: text, ...describeKey(apiKey) }
    },
    async revoke (caller, id) {
      if (!(await keysOf(caller)).some(key => key.id === id)) throw new Failure('not_found', `There is no API key with the id ${JSON.stringify(id.slice(0, 100))}; see the list of keys`)
      return describeKey(await accounts.revokeApiKey(id))
    }
  }
}

function describeKey ({ id, name, state, declared, createdAt, expiresAt, revokedAt, lastUsedAt }: ApiKeyAccount): Key {
  return {
    id,
    name,
    ...(declared ? {} : { prefix: `cak_${id}_` }),
    state,
    declared,
    createdAt: createdAt.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: lastUsedAt.toISOString() })
  }
}
