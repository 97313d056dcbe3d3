// How likely one character is after others in French and English: a model of up to five characters, backing off to
// shorter ones (Katz 1987), as models/text-recognizer/training/prior.py stores it.

/** What came before, as the last classes of an alphabet in base 256; 0 is the line's beginning. */
export type Context = number

export interface LanguagePrior {
  /** The natural logarithm of a class's chance after a context. */
  logProbability (context: Context, symbol: number): number
  /** The context after one more class. */
  after (context: Context, symbol: number): Context
}

/** N-grams of one length: their classes as one number in base 256, rising. */
interface Grams {
  readonly keys: Float64Array
  /** −log2 of the chance of the last class after the others, and of the weight of backing off from it, in sixteenths. */
  readonly chances: Uint8Array
  readonly weights: Uint8Array
}

const MAGIC = 'CPR1'
const BASE = 256
const IN_NATS = -Math.LN2 / 16

/** Reads a stored prior. @throws Error where the file is none */
export function parsePrior (file: Uint8Array): LanguagePrior {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('the file holds no prior')
  const orders: Grams[] = []
  let at = MAGIC.length + 1
  for (let length = 1; length <= (bytes[MAGIC.length] ?? 0); length++) {
    const count = bytes.readUInt32LE(at)
    at += 4
    const keys = Float64Array.from({ length: count }, (_, index) => bytes.readUIntBE(at + index * length, length))
    at += count * length
    orders.push({ keys, chances: file.subarray(at, at + count), weights: file.subarray(at + count, at + 2 * count) })
    at += 2 * count
  }
  if (at !== bytes.length || orders.length === 0) throw new Error(`the prior has ${bytes.length} bytes where its counts ask for ${at}`)
  return overGrams(orders)
}

function overGrams (orders: readonly Grams[]): LanguagePrior {
  const longest = BASE ** (orders.length - 1)
  return {
    after: (context, symbol) => (context * BASE + symbol) % longest,
    logProbability (context, symbol) {
      let sixteenths = 0
      for (let length = orders.length; length > 0; length--) {
        const { keys, chances } = orders[length - 1]!
        const before = context % BASE ** (length - 1)
        const found = indexOf(keys, before * BASE + symbol)
        if (found >= 0) return (sixteenths + chances[found]!) * IN_NATS
        const shorter = orders[length - 2]
        if (shorter === undefined) break
        const backing = indexOf(shorter.keys, before)
        if (backing >= 0) sixteenths += shorter.weights[backing]!
      }
      return (sixteenths + 255) * IN_NATS
    }
  }
}

function indexOf (keys: Float64Array, key: number): number {
  let low = 0
  let high = keys.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const value = keys[middle]!
    if (value === key) return middle
    if (value < key) low = middle + 1
    else high = middle - 1
  }
  return -1
}
