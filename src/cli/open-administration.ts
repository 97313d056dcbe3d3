// The account operations over the store of a data folder, for commands.
import { createAdministration, type Administration } from '../accounts/administration.js'
import { createPasswordHasher } from '../accounts/password-hasher.js'
import { openSqliteStore } from '../accounts/sqlite-account-store.js'

/**
 * Opens the store of a folder in which the server has been started before: a mistyped folder is an error, not a new
 * store. A running server notices what is revoked within a second.
 * @throws StoreError
 */
export async function openAdministration (dataDir: string): Promise<{ readonly administration: Administration, readonly close: () => Promise<void> }> {
  const store = await openSqliteStore(dataDir, { create: false })
  return {
    administration: createAdministration({ store, hasher: createPasswordHasher(), now: Date.now, forgetSessions: () => {} }),
    close: async () => await store.close()
  }
}
