// argon2id behind a small interface, so that tests can count and cheapen its work.
import { randomBytes } from 'node:crypto'
import { type Algorithm, hash, parseOptions, verify } from '@node-rs/argon2'

/** What one hash costs. */
export interface Argon2Cost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/**
 * The OWASP recommendation for argon2id: 19 MiB, 2 passes, 1 lane
 * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html, first choice of equal strength
 * that leaves most memory to the images).
 */
export const OWASP_ARGON2_COST: Argon2Cost = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 }

/** Algorithm.Argon2id; a const enum has no value at run time. */
const ARGON2ID: Algorithm = 2
const SALT_BYTES = 16
const HASH_BYTES = 32

/** Makes and checks password hashes; the work runs on libuv's threads, not on the event loop. */
export interface PasswordHasher {
  /** A hash nobody's password fits, of the same cost as the others: it is checked where a login is unknown. */
  readonly dummyHash: string
  hash (password: string): Promise<string>
  verify (passwordHash: string, password: string): Promise<boolean>
  /** True when the hash was made at another cost than today's and should be made again at the next sign-in. */
  isOutdated (passwordHash: string): boolean
}

/** argon2id in PHC text form, with a random salt of 16 bytes and a hash of 32. Cheaper costs are for tests alone. */
export function createPasswordHasher (cost: Argon2Cost = OWASP_ARGON2_COST): PasswordHasher {
  const options = {
    algorithm: ARGON2ID, memoryCost: cost.memoryKiB, timeCost: cost.passes, parallelism: cost.lanes, outputLen: HASH_BYTES
  }
  return {
    dummyHash: `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$${phcBase64(SALT_BYTES)}$${phcBase64(HASH_BYTES)}`,
    hash: async password => await hash(prepare(password), options),
    verify: async (passwordHash, password) => await verify(passwordHash, prepare(password)),
    isOutdated (passwordHash) {
      const made = parseOptions(passwordHash)
      return made.algorithm !== ARGON2ID || made.memoryCost !== cost.memoryKiB || made.timeCost !== cost.passes ||
        made.parallelism !== cost.lanes
    }
  }
}

/** The same letters typed on different keyboards give the same bytes. */
function prepare (password: string): string {
  return password.normalize('NFC')
}

/** Random bytes in the base64 of PHC strings: standard alphabet, no padding. */
function phcBase64 (byteCount: number): string {
  return randomBytes(byteCount).toString('base64').replace(/=+$/, '')
}
