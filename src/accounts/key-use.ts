// Notes when keys were last used, seldom enough to cost nothing.
import { type AccountStore } from './account-store.js'
import { StoreError } from './store-error.js'

/** A key's last use is written at most this often. */
const NOTE_GAP_MS = 60_000

/**
 * Makes a function that notes a key's use. A store that cannot be written does not fail the request that used the
 * key: the fault is reported, and tried again a gap later.
 * @param now milliseconds since 1970
 */
export function createKeyUseNotes (
  store: AccountStore, now: () => number, reportFault: (fault: StoreError) => void
): (keyId: string) => Promise<void> {
  const notedAt = new Map<string, number>()
  return async keyId => {
    const usedAt = now()
    const last = notedAt.get(keyId)
    if (last !== undefined && usedAt - last < NOTE_GAP_MS) return
    notedAt.set(keyId, usedAt)
    try {
      await store.noteKeyUse(keyId, new Date(usedAt), NOTE_GAP_MS)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      reportFault(error)
    }
  }
}
