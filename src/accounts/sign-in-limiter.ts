// How often one address, and anyone for one login, may fail to sign in.
import { createHash } from 'node:crypto'
import { Failure } from '../errors.js'
import { addressGroup } from './address-group.js'
import { createFailureCounter, LimitReached, type SettleAttempt } from './failure-counter.js'
import { foldName } from './names.js'

export interface SignInLimits {
  /** Failures of one address (IPv6: one /64) in a window. */
  readonly perAddress: number
  /** Failures for one login in a window, from wherever. */
  readonly perLogin: number
  readonly windowMs: number
}

/**
 * 10 failures for a login in a quarter of an hour leave a guesser fewer than 1000 guesses a day, which the rules for
 * passwords outlast by far, and stay below the 100 in a row of NIST SP 800-63B 5.2.2. An address gets three times as
 * many: there may be an office behind it.
 */
export const DEFAULT_SIGN_IN_LIMITS: SignInLimits = { perAddress: 30, perLogin: 10, windowMs: 15 * 60_000 }

/** About 20 MB at most; filling it costs a guesser one password hash for each key. */
const MAX_COUNTED_KEYS = 100_000
const MAX_PROVEN_PAIRS = 10_000

/** One attempt to sign in; one of the three must be called. */
export interface SignInAttempt {
  /**
   * Login or password was wrong: it counts. Against the address alone where the API key was wrong: such an attempt
   * cannot succeed and teaches nothing, and would let anyone lock out a login.
   */
  fail (keyWasRight: boolean): void
  /** All was right: it does not count, and the address is remembered as one that this login signs in from. */
  succeed (): void
  /** It came to no verdict: it does not count. */
  abandon (): void
}

export interface SignInLimiter {
  /** @throws Failure rate_limited */
  begin (attempt: { readonly address: string, readonly login: string }): Promise<SignInAttempt>
}

/**
 * Makes a limiter. A login is counted apart for each address it has signed in from before, so that a stranger who
 * guesses at a login locks out strangers, not its owner (OWASP calls it a device cookie).
 * @param monotonicNow milliseconds that never go backwards
 */
export function createSignInLimiter (limits: SignInLimits, monotonicNow: () => number): SignInLimiter {
  const shared = { windowMs: limits.windowMs, maxKeys: MAX_COUNTED_KEYS, monotonicNow }
  const addresses = createFailureCounter({ ...shared, limit: limits.perAddress })
  const logins = createFailureCounter({ ...shared, limit: limits.perLogin })
  const provenPairs = new Set<string>()

  return {
    async begin ({ address, login }) {
      const group = addressGroup(address)
      const loginKey = digest(foldName(login))
      const pair = `${loginKey} ${group}`
      const settleAddress = await beginOrRefuse(() => addresses.begin(group))
      let settleLogin: SettleAttempt
      try {
        settleLogin = await beginOrRefuse(() => logins.begin(provenPairs.has(pair) ? pair : loginKey))
      } catch (error) {
        settleAddress(false)
        throw error
      }
      const end = (failed: boolean, countsForLogin: boolean): void => {
        settleAddress(failed)
        settleLogin(failed && countsForLogin)
      }
      return {
        fail: keyWasRight => end(true, keyWasRight),
        abandon: () => end(false, false),
        succeed () {
          end(false, false)
          provenPairs.delete(pair)
          provenPairs.add(pair)
          const oldest = provenPairs.values().next()
          if (provenPairs.size > MAX_PROVEN_PAIRS && oldest.done !== true) provenPairs.delete(oldest.value)
        }
      }
    }
  }
}

async function beginOrRefuse (begin: () => Promise<SettleAttempt>): Promise<SettleAttempt> {
  try {
    return await begin()
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const retryAfterS = Math.max(1, Math.ceil(error.retryAfterMs / 1000))
    throw new Failure('rate_limited', `Too many failed attempts to get a token; try again in ${retryAfterS} s`, { retryAfterS })
  }
}

/** Logins come from outside and may be long; a digest bounds what a key takes. */
function digest (text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
