// Half-precision numbers (IEEE 754 binary16) as some nets take and give them; everything else here works in float32.

const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** The nearest half-precision number, as its 16 bits; ties go to the even one, what is too large becomes infinite. */
export function toHalf (number: number): number {
  value[0] = number
  const single = bits[0]!
  const sign = (single >>> 16) & 0x8000
  const magnitude = single & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    // Below the least normal number all have the same step, 2^-24.
    return sign | roundEven(Math.abs(number) * 0x1000000)
  }
  // A carry out of the fraction moves on into the exponent, as it should.
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
}

/** The number that 16 bits stand for. */
export function fromHalf (half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

function roundEven (number: number): number {
  const below = Math.floor(number)
  const rest = number - below
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below
}
