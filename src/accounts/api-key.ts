// API keys as text: how they are minted, recognised and hashed. The text exists only here and with its owner.
import { createHash, timingSafeEqual } from 'node:crypto'
import { encodeBase32, randomBase32 } from './base32.js'

const ID_LENGTH = 12
/** 40 characters of 5 bits: 200 bits, above the 160 that are asked for. */
const SECRET_LENGTH = 40
/** 30 bits: one in a billion mistyped keys passes, and secret scanners can tell a key from a look-alike. */
const CHECKSUM_LENGTH = 6

/** What a minted key looks like; useful to secret scanners. Groups: id, secret, checksum. */
export const API_KEY_PATTERN = /^cak_([0-9a-z]{12})_([0-9a-z]{40})([0-9a-z]{6})$/

/** A new key: `text` is shown once and forgotten, `id` and `hash` are stored. */
export interface MintedApiKey {
  readonly id: string
  readonly text: string
  readonly hash: string
}

/** Mints `cak_<id>_<secret><checksum>` with 200 random bits of secret. */
export function mintApiKey (): MintedApiKey {
  const id = randomBase32(ID_LENGTH)
  const body = `cak_${id}_${randomBase32(SECRET_LENGTH)}`
  const text = body + checksum(body)
  return { id, text, hash: hashApiKey(text) }
}

/**
 * The id under which a key is looked up. A minted key carries it; a key of any other form (declared from outside) gets
 * one from a hash of its text, so that every look-up goes by id and never by secret.
 */
export function apiKeyId (text: string): string {
  return mintedId(text) ?? encodeBase32(sha256(`compute-api key id\n${text}`)).slice(0, ID_LENGTH)
}

/** True for a minted key that was copied whole: the checksum fits. Says nothing about whether it is known. */
export function isMintedApiKey (text: string): boolean {
  return mintedId(text) !== undefined
}

/**
 * SHA-256 of a key in hex, the only form that is stored. A fast hash suffices: with 200 random bits there is nothing
 * to guess, and a slow one would be paid at every look-up.
 */
export function hashApiKey (text: string): string {
  return sha256(text).toString('hex')
}

/** Compares a key with a stored hash in constant time. */
export function apiKeyMatches (text: string, hash: string): boolean {
  const stored = Buffer.from(hash, 'hex')
  const given = sha256(text)
  return stored.length === given.length && timingSafeEqual(stored, given)
}

function mintedId (text: string): string | undefined {
  const id = API_KEY_PATTERN.exec(text)?.[1]
  const body = text.slice(0, -CHECKSUM_LENGTH)
  return id !== undefined && text.endsWith(checksum(body)) ? id : undefined
}

function checksum (body: string): string {
  return encodeBase32(sha256(body)).slice(0, CHECKSUM_LENGTH)
}

function sha256 (text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
