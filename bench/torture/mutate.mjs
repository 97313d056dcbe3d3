// Seeded damage to pictures: the same seed gives the same mutants everywhere.

import { createRandom } from '../random.mjs'

const WAYS = {
  'bits flipped' (bytes, random) {
    const out = Buffer.from(bytes)
    for (let n = 1 + Math.floor(random() * 40); n > 0; n--) out[Math.floor(random() * out.length)] ^= 1 << Math.floor(random() * 8)
    return out
  },
  // Where formats keep their sizes and tables.
  'header bits flipped' (bytes, random) {
    const out = Buffer.from(bytes)
    for (let n = 1 + Math.floor(random() * 6); n > 0; n--) out[8 + Math.floor(random() * Math.min(600, out.length - 8))] ^= 1 << Math.floor(random() * 8)
    return out
  },
  truncated: (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'pieces swapped' (bytes, random) {
    const size = 16 + Math.floor(random() * bytes.length / 4)
    const [a, b] = [random(), random()].map(at => Math.floor(at * (bytes.length - size)))
    const out = Buffer.from(bytes)
    bytes.copy(out, a, b, b + size)
    bytes.copy(out, b, a, a + size)
    return out
  },
  'a piece repeated' (bytes, random) {
    const at = Math.floor(random() * bytes.length)
    const piece = bytes.subarray(at, at + 1 + Math.floor(random() * 4000))
    return Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: 1 + Math.floor(random() * 30) }, () => piece), bytes.subarray(at)])
  },
  'a piece of zeros' (bytes, random) {
    const out = Buffer.from(bytes)
    const at = Math.floor(random() * bytes.length)
    return out.fill(random() < 0.5 ? 0 : 255, at, Math.min(out.length, at + 1 + Math.floor(random() * 2000)))
  },
  // Big- and little-endian sizes of every kind lie in the first bytes.
  'huge numbers' (bytes, random) {
    const out = Buffer.from(bytes)
    const at = 8 + Math.floor(random() * Math.min(200, out.length - 12))
    out.writeUInt32BE([0xffffffff, 0x7fffffff, 0x0000ffff, 0x00010000][Math.floor(random() * 4)], at)
    return out
  }
}

/**
 * Damages pictures in turn, by ways in turn.
 * @param {ReadonlyArray<[name: string, bytes: Buffer]>} pictures
 * @yields {{ name: string, bytes: Buffer }} `count` mutants
 */
export function * mutantsOf (pictures, count, seed) {
  const random = createRandom(seed)
  const ways = Object.entries(WAYS)
  for (let n = 0; n < count; n++) {
    const [name, bytes] = pictures[n % pictures.length]
    const [way, damage] = ways[Math.floor(n / pictures.length) % ways.length]
    yield { name: `${name}, ${way} (${n})`, bytes: damage(bytes, random) }
  }
}
