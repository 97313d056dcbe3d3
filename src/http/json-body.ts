// JSON bodies. Parameters are a flat object, however long their texts; what else a body may hold is refused before
// JSON.parse builds it: 30 MB of "{}," would hold up the event loop for ten seconds and take gigabytes.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '../errors.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `,` `:` `[` `{` */
const STRUCTURAL: ReadonlySet<number> = new Set([0x2c, 0x3a, 0x5b, 0x7b])

/** Steps before others get their turn; about a millisecond. */
const STEPS_A_TURN = 100_000

/**
 * Makes sure that a JSON text has few parts, whatever its length. It does not check that it is JSON.
 * @throws Failure invalid_request where it has more structural characters outside strings than `maxParts`
 */
export async function assertFewParts (json: Buffer, maxParts: number): Promise<void> {
  let parts = 0
  let steps = 0
  for (let at = 0; at < json.length; at++) {
    if (++steps % STEPS_A_TURN === 0) await nextTurn()
    const byte = json[at]!
    if (byte === QUOTE) {
      let end = json.indexOf(QUOTE, at + 1)
      while (end >= 0 && isEscaped(json, end)) {
        if (++steps % STEPS_A_TURN === 0) await nextTurn()
        end = json.indexOf(QUOTE, end + 1)
      }
      if (end < 0) return
      at = end
    } else if (STRUCTURAL.has(byte) && ++parts > maxParts) {
      throw new Failure('invalid_request', `the JSON body has more than ${maxParts} parts, which is the limit; it must be a flat object of parameters`)
    }
  }
}

// Whether an odd number of backslashes stands before. Runs of them are looked at once for each quote behind them.
function isEscaped (json: Buffer, at: number): boolean {
  let backslashes = 0
  while (json[at - 1 - backslashes] === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}
