// Text for secrets and ids: base32 in an alphabet that can be read aloud, double-clicked and pasted into a shell unquoted.
import { randomBytes } from 'node:crypto'

/** Crockford's alphabet in lower case: no i, l, o, u (https://www.crockford.com/base32.html). Five bits a character. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** `length` random characters of five bits each, from the system's cryptographic source. */
export function randomBase32 (length: number): string {
  return encodeBase32(randomBytes(length))
}

/**
 * One character for each byte, taken from its lower five bits: uniform when the bytes are, as random bytes and digests
 * are. Not an encoding that can be read back.
 */
export function encodeBase32 (bytes: Uint8Array): string {
  return Array.from(bytes, byte => ALPHABET.charAt(byte & 31)).join('')
}
