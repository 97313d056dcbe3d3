// Keeps looked-up sessions for a moment, so that a busy client's token is not read from the store at every request.
import { type Session } from './account-store.js'

export interface SessionCacheOptions {
  /** How long a session may be answered from memory; the longest time that a revocation elsewhere goes unnoticed. */
  readonly maxAgeMs: number
  /** Sessions that are kept; beyond, the oldest is forgotten. */
  readonly maxSessions: number
  /** Milliseconds from any origin that never go backwards. */
  readonly monotonicNow: () => number
}

export interface SessionCache {
  /** The session of a token's hash, from memory or else by `load`. Unknown tokens are not remembered. */
  find (tokenHash: string, load: () => Promise<Session | undefined>): Promise<Session | undefined>
  /** Forgets all: something was revoked here. Loads under way are not remembered either. */
  clear (): void
}

/** Makes an empty cache. */
export function createSessionCache (options: SessionCacheOptions): SessionCache {
  const entries = new Map<string, { readonly session: Session, readonly askedAt: number }>()
  let generation = 0

  return {
    async find (tokenHash, load) {
      const askedAt = options.monotonicNow()
      const entry = entries.get(tokenHash)
      if (entry !== undefined && askedAt - entry.askedAt < options.maxAgeMs) return entry.session
      entries.delete(tokenHash)
      const generationAsked = generation
      const session = await load()
      if (session === undefined || generation !== generationAsked) return session
      // The age counts from the question: the answer may be as old as that.
      entries.set(tokenHash, { session, askedAt })
      const oldest = entries.keys().next()
      if (entries.size > options.maxSessions && oldest.done !== true) entries.delete(oldest.value)
      return session
    },
    clear () {
      generation += 1
      entries.clear()
    }
  }
}
