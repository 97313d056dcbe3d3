// Accounts over a real SQLite file in a temporary folder, with a clock to turn and a password hash that costs nothing.
import { join } from 'node:path'
import { type Test } from 'tap'
import { type Accounts, type AccountsOptions, createAccounts } from '../../src/accounts/accounts.js'
import { type AccountStore } from '../../src/accounts/account-store.js'
import { createPasswordHasher, type PasswordHasher } from '../../src/accounts/password-hasher.js'
import { openSqliteStore } from '../../src/accounts/sqlite-account-store.js'
import { Failure, type FailureKind } from '../../src/errors.js'

export const TOKEN_TTL_S = 14 * 24 * 60 * 60
export const PASSWORD = 'tulip-bicycle-42'
export const START_MS = Date.parse('2026-01-01T00:00:00Z')

/** argon2's least cost: the tests need the behaviour, not the strength. */
export const CHEAP_COST = { memoryKiB: 8, passes: 1, lanes: 1 }

/** A hasher that counts what it is asked for. */
export interface CountingHasher extends PasswordHasher {
  readonly verifiedHashes: string[]
  hashCount: number
}

export function createCountingHasher (cost = CHEAP_COST): CountingHasher {
  const hasher = createPasswordHasher(cost)
  const counting: CountingHasher = {
    ...hasher,
    verifiedHashes: [],
    hashCount: 0,
    hash: async password => {
      counting.hashCount += 1
      return await hasher.hash(password)
    },
    verify: async (passwordHash, password) => {
      counting.verifiedHashes.push(passwordHash)
      return await hasher.verify(passwordHash, password)
    }
  }
  return counting
}

export interface Fixture {
  readonly accounts: Accounts
  readonly store: AccountStore
  readonly dataDir: string
  readonly hasher: CountingHasher
  /** Milliseconds since 1970 and since any origin alike; move it. */
  readonly clock: { ms: number }
  /** A live key of the organisation that `alice` belongs to. */
  readonly apiKey: string
  readonly keyId: string
  /** Credentials of alice, from an address of their own. */
  readonly credentials: { readonly apiKey: string, readonly login: string, readonly password: string, readonly address: string }
}

/** A store with the organisation Acme, the user `alice` and one key. */
export async function createFixture (t: Test, options: Partial<AccountsOptions> = {}): Promise<Fixture> {
  const dataDir = join(t.testdir(), 'data')
  const store = options.store ?? await openSqliteStore(dataDir)
  t.teardown(() => store.close())
  const hasher = createCountingHasher()
  const clock = { ms: START_MS }
  const accounts = createAccounts({
    store, tokenTtlS: TOKEN_TTL_S, hasher, now: () => clock.ms, monotonicNow: () => clock.ms, ...options
  })
  await accounts.createUser({ login: 'alice', password: PASSWORD, newOrganization: 'Acme' })
  const { text, apiKey } = await accounts.createApiKey({ name: 'first' })
  hasher.hashCount = 0
  return {
    accounts, store, dataDir, hasher, clock, apiKey: text, keyId: apiKey.id, credentials: { apiKey: text, login: 'alice', password: PASSWORD, address: '192.0.2.1' }
  }
}

/** The Failure that a promise ends in. */
export async function failureOf (t: Test, promise: Promise<unknown>, kind: FailureKind): Promise<Failure> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Failure) {
      t.equal(error.kind, kind, error.message)
      return error
    }
    throw error
  }
  t.fail(`no failure; wanted ${kind}`)
  throw new Error('no failure')
}
