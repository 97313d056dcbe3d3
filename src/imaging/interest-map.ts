// A map of how much each place of a picture draws the eye: its form, and the arithmetic that all makers of one share.

/**
 * Interest by place, row-major, `width * height` values of 0 or more; only their proportions count. The cells divide the
 * whole picture evenly, so a map has its own size whatever the picture's.
 */
export interface InterestMap {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

/** Scales a map so that its greatest value is 1; one without interest stays all 0. */
export function peakNormalized ({ values, width, height }: InterestMap): InterestMap {
  let peak = 0
  for (const value of values) if (value > peak) peak = value
  return { values: peak > 0 ? values.map(value => value / peak) : new Float32Array(values.length), width, height }
}

/** The value below which a share (0..1) of the values lies: the nearest rank. */
export function quantile (values: Float32Array, share: number): number {
  if (values.length === 0) return 0
  const sorted = values.slice().sort()
  return sorted[Math.round(share * (sorted.length - 1))]!
}

/**
 * Stretches what lies between two quantiles over the whole range and bends it by a power, so that one strong place does
 * not hide all others. The greatest value stays what it is; a map of one value becomes 0.
 */
export function spreadMap ({ values, width, height }: InterestMap, { low, high, power }: { readonly low: number, readonly high: number, readonly power: number }): InterestMap {
  const least = quantile(values, low)
  const range = quantile(values, high) - least
  const peak = quantile(values, 1)
  const spread = values.map(value => range > 0 ? peak * Math.min(1, Math.max(0, (value - least) / range)) ** power : 0)
  return { values: spread, width, height }
}

/**
 * A map at another size by Catmull-Rom interpolation, cells at their centres, edges continued; not below 0. Exact for the
 * same size.
 */
export function resizeMap (map: InterestMap, width: number, height: number): InterestMap {
  if (width === map.width && height === map.height) return map
  const columns = taps(map.width, width)
  const rows = taps(map.height, height)
  const wide = new Float32Array(width * map.height)
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let tap = 0; tap < TAPS; tap++) sum += columns.weights[x * TAPS + tap]! * map.values[y * map.width + columns.places[x * TAPS + tap]!]!
      wide[y * width + x] = sum
    }
  }
  const values = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let tap = 0; tap < TAPS; tap++) sum += rows.weights[y * TAPS + tap]! * wide[rows.places[y * TAPS + tap]! * width + x]!
      values[y * width + x] = sum > 0 ? sum : 0
    }
  }
  return { values, width, height }
}

/** Blurs with a Gaussian of `sigma` cells, edges continued; the mean stays about the same. */
export function blurMap ({ values, width, height }: InterestMap, sigma: number): InterestMap {
  const radius = Math.ceil(3 * sigma)
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)))
  const total = kernel.reduce((sum, weight) => sum + weight, 0)
  const pass = (from: Float32Array, length: number, step: number, lines: number, lineStep: number): Float32Array => {
    const to = new Float32Array(from.length)
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < length; i++) {
        let sum = 0
        for (let k = -radius; k <= radius; k++) sum += kernel[k + radius]! * from[line * lineStep + Math.min(length - 1, Math.max(0, i + k)) * step]!
        to[line * lineStep + i * step] = sum / total
      }
    }
    return to
  }
  return { values: pass(pass(values, width, 1, height, width), height, width, width, 1), width, height }
}

const TAPS = 4

interface Taps {
  readonly weights: Float32Array
  readonly places: Int32Array
}

function taps (from: number, to: number): Taps {
  const weights = new Float32Array(to * TAPS)
  const places = new Int32Array(to * TAPS)
  for (let i = 0; i < to; i++) {
    const at = (i + 0.5) * from / to - 0.5
    const first = Math.floor(at)
    const t = at - first
    const catmullRom = [((2 - t) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2, ((4 - 3 * t) * t + 1) * t / 2, (t - 1) * t * t / 2]
    for (let tap = 0; tap < TAPS; tap++) {
      weights[i * TAPS + tap] = catmullRom[tap]!
      places[i * TAPS + tap] = Math.min(from - 1, Math.max(0, first - 1 + tap))
    }
  }
  return { weights, places }
}
