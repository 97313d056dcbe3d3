// Access tokens as text: opaque and random; only their hash is stored.
import { createHash, randomBytes } from 'node:crypto'

/** What a token looks like; anything else is refused without a look-up. */
export const ACCESS_TOKEN_PATTERN = /^cpt_[A-Za-z0-9_-]{43}$/

/**
 * The same for a session of the console. Another prefix keeps the two apart: what stands in a cookie is no token for a
 * header, and the other way round.
 */
export const CONSOLE_SESSION_PATTERN = /^ccs_[A-Za-z0-9_-]{43}$/

/** A new token: `text` goes to the client, `id` names it in logs and commands, `hash` is stored. */
export interface MintedToken {
  readonly id: string
  readonly text: string
  readonly hash: string
}

/** Mints `cpt_`, or `ccs_` for a session of the console, and 256 random bits; the id is independent of them. */
export function mintToken (prefix: 'cpt' | 'ccs' = 'cpt'): MintedToken {
  const text = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { id: randomBytes(8).toString('hex'), text, hash: hashToken(text) }
}

/** SHA-256 of a token in hex; fast, as 256 random bits cannot be guessed. */
export function hashToken (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
