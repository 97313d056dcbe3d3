// The light of one picture turned into that of another: gain, offset and tone of each channel and a surface over the
// picture (vignette, uneven lighting), all fitted jointly and robustly, as simple as the pair allows.
import type { LevelReader, RgbImage } from '../../imaging/lab-planes.js'
import { solveSymmetric } from '../../imaging/linear-solve.js'

/**
 * How light changes, for a level x of channel c, as a share of 255, at (u, v) from -1 to 1:
 * gain_c x + offset_c + tone_c x log x + skew_c x log² x + x * surface(u, v),
 * where the logarithms are the first terms of a power of x: gamma.
 */
export interface LightModel {
  readonly gain: readonly number[]
  readonly offset: readonly number[]
  readonly tone: readonly number[]
  readonly skew: readonly number[]
  /** Of u, v, u², uv, v², (u² + v²)². */
  readonly surface: readonly number[]
}

const CHANNELS = 3
const CHANNEL_TERMS = 4
const SURFACE_TERMS = 6
// Where the unknowns of the surface begin, behind those of the channels.
const SURFACE = CHANNELS * CHANNEL_TERMS
// Means over blocks: a little out of register, they still show the same.
const BLOCKS_ACROSS = 60
const MIN_BLOCK_PX = 4
// A clipped mean does not tell how light it would have been.
const LEAST_LEVEL = 5
const MOST_LEVEL = 250
const MIN_BLOCKS = 60
const ITERATIONS = 8
const TUKEY_WIDTH = 3
const MAD_TO_SIGMA = 1.4826
const MIN_SIGMA = 0.6 / 255
// Towards no change, in shares of the number of blocks: what is not seen is not believed.
const RIDGE = 2e-4
// A richer model has to pay with so much of the median residual.
const MIN_GAIN = 0.85
// Below this median difference, in levels, nothing needs to be corrected.
const SAME_LIGHT = 0.25 / 255
// What a model leaves when no richer one can do much better: noise that blocks do not average out.
const WELL_FITTED = 0.35 / 255
// Unknowns that move by less move no level by a tenth.
const SETTLED = 2e-4

interface Samples {
  readonly count: number
  /** Channel after channel: levels of either picture as shares of 255, NaN where clipped. */
  readonly first: Float64Array
  readonly second: Float64Array
  /** Logarithms of the second's levels. */
  readonly logs: Float64Array
  readonly surface: Float64Array
}

/** The model that turns the second picture's light into the first's; undefined where nothing needs to be changed. */
export function fitLight (first: RgbImage, second: RgbImage, inside: Uint8Array): LightModel | undefined {
  const samples = sampleBlocks(first, second, inside)
  if (samples === undefined) return undefined
  const unchanged = medianResidual(samples, new Float64Array(SURFACE + SURFACE_TERMS))
  if (unchanged < SAME_LIGHT) return undefined
  let best: { readonly residual: number, readonly values: Float64Array } = { residual: unchanged / MIN_GAIN, values: new Float64Array(SURFACE + SURFACE_TERMS) }
  for (const terms of [LINEAR, TONE, ALL]) {
    if (best.residual < WELL_FITTED) break
    const values = fit(samples, terms)
    const residual = values === undefined ? Infinity : medianResidual(samples, values)
    if (values !== undefined && residual < best.residual * MIN_GAIN) best = { residual, values }
  }
  const { values } = best
  if (values.every(value => value === 0)) return undefined
  const channel = (term: number): number[] => [0, 1, 2].map(c => values[c * CHANNEL_TERMS + term]!)
  return {
    gain: channel(0).map(value => 1 + value),
    offset: channel(1),
    tone: channel(2),
    skew: channel(3),
    surface: [...values.subarray(SURFACE)]
  }
}

// Which of the unknowns a model has: gain, offset, tone and skew of each channel, then the surface.
const perChannel = (...terms: boolean[]): boolean[] => [...terms, ...terms, ...terms]
const LINEAR = [...perChannel(true, true, false, false), ...Array<boolean>(SURFACE_TERMS).fill(false)]
const TONE = [...perChannel(true, true, true, true), ...Array<boolean>(SURFACE_TERMS).fill(false)]
const ALL = Array<boolean>(SURFACE + SURFACE_TERMS).fill(true)

function sampleBlocks (first: RgbImage, second: RgbImage, inside: Uint8Array): Samples | undefined {
  const { width, height } = first
  const block = Math.max(MIN_BLOCK_PX, Math.round(Math.max(width, height) / BLOCKS_ACROSS))
  const across = Math.max(1, Math.floor(width / block))
  const down = Math.max(1, Math.floor(height / block))
  const a: number[][] = []
  const places: number[] = []
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      let red1 = 0
      let green1 = 0
      let blue1 = 0
      let red2 = 0
      let green2 = 0
      let blue2 = 0
      let count = 0
      for (let y = row * block; y < Math.min(height, (row + 1) * block); y++) {
        for (let x = column * block; x < Math.min(width, (column + 1) * block); x++) {
          const pixel = y * width + x
          if (inside[pixel] === 0) continue
          const at = pixel * 3
          count++
          red1 += first.data[at]!
          green1 += first.data[at + 1]!
          blue1 += first.data[at + 2]!
          red2 += second.data[at]!
          green2 += second.data[at + 1]!
          blue2 += second.data[at + 2]!
        }
      }
      if (count < block * block / 2) continue
      const sums = [red1, green1, blue1, red2, green2, blue2]
      a.push(sums.map(sum => sum / count))
      places.push(((column + 0.5) / across) * 2 - 1, ((row + 0.5) / down) * 2 - 1)
    }
  }
  if (a.length < MIN_BLOCKS) return undefined
  const clipped = (level: number): boolean => level < LEAST_LEVEL || level > MOST_LEVEL
  const usable = a.filter(means => !clipped(means[1]!) && !clipped(means[4]!)).length
  // A page that is all white has nothing but clipped blocks: better those than none.
  const strict = usable >= MIN_BLOCKS
  const samples = { count: a.length, first: new Float64Array(a.length * CHANNELS), second: new Float64Array(a.length * CHANNELS), logs: new Float64Array(a.length * CHANNELS), surface: new Float64Array(a.length * SURFACE_TERMS) }
  a.forEach((means, i) => {
    for (let c = 0; c < CHANNELS; c++) {
      const keep = !strict || (!clipped(means[c]!) && !clipped(means[3 + c]!))
      samples.first[i * CHANNELS + c] = keep ? means[c]! / 255 : NaN
      samples.second[i * CHANNELS + c] = means[3 + c]! / 255
      samples.logs[i * CHANNELS + c] = Math.log(Math.max(LEAST_SHARE, means[3 + c]! / 255))
    }
    writeSurfaceTerms(places[i * 2]!, places[i * 2 + 1]!, samples.surface, i * SURFACE_TERMS)
  })
  return samples
}

function writeSurfaceTerms (u: number, v: number, out: Float64Array, offset: number): void {
  out[offset] = u
  out[offset + 1] = v
  out[offset + 2] = u * u
  out[offset + 3] = u * v
  out[offset + 4] = v * v
  out[offset + 5] = (u * u + v * v) ** 2
}

/** Changes of the unknowns from "no change" that fit best, by iteratively reweighted least squares. */
function fit (samples: Samples, terms: readonly boolean[]): Float64Array | undefined {
  const used = Int32Array.from(terms.flatMap((on, index) => on ? [index] : []))
  const size = used.length
  // Each channel has unknowns of its own and all share the surface: where these stand among those used.
  const columns = [0, 1, 2].map(c => Int32Array.from([...used.keys()].filter(j => used[j]! >= SURFACE || Math.floor(used[j]! / CHANNEL_TERMS) === c)))
  let values: Float64Array = new Float64Array(terms.length)
  const row = new Float64Array(size)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const cut = TUKEY_WIDTH * Math.max(MIN_SIGMA, MAD_TO_SIGMA * medianResidual(samples, values))
    const normal = new Float64Array(size * size)
    const right = new Float64Array(size)
    for (let c = 0; c < CHANNELS; c++) {
      const own = columns[c]!
      for (let i = 0, at = c; i < samples.count; i++, at += CHANNELS) {
        const wanted = samples.first[at]! - samples.second[at]!
        const residual = residualOf(samples, values, i, c)
        // NaN where clipped.
        if (!(Math.abs(residual) < cut)) continue
        const inside = 1 - (residual / cut) ** 2
        const weight = inside * inside
        const x = samples.second[at]!
        for (let k = 0; k < own.length; k++) {
          const index = used[own[k]!]!
          row[k] = index >= SURFACE ? x * samples.surface[i * SURFACE_TERMS + index - SURFACE]! : channelTerm(index - c * CHANNEL_TERMS, x)
        }
        for (let j = 0; j < own.length; j++) {
          const weighted = weight * row[j]!
          const to = own[j]!
          right[to]! += weighted * wanted
          for (let k = 0; k <= j; k++) normal[to * size + own[k]!]! += weighted * row[k]!
        }
      }
    }
    for (let j = 0; j < size; j++) normal[j * size + j]! += RIDGE * samples.count
    const solved = solveSymmetric(normal, right)
    if (solved === undefined) return undefined
    const before = values
    const after = new Float64Array(terms.length)
    used.forEach((index, j) => { after[index] = solved[j]! })
    values = after
    if (iteration > 0 && after.every((value, index) => Math.abs(value - before[index]!) < SETTLED)) break
  }
  return values
}

// Below, a level is black.
const LEAST_SHARE = 1 / 512

function channelTerm (term: number, x: number): number {
  switch (term) {
    case 0: return x
    case 1: return 1
    case 2: return x * Math.log(Math.max(LEAST_SHARE, x))
    default: return x * Math.log(Math.max(LEAST_SHARE, x)) ** 2
  }
}

function residualOf ({ first, second, logs, surface }: Samples, values: Float64Array, i: number, c: number): number {
  const x = second[i * CHANNELS + c]!
  let over = 0
  for (let k = 0, at = i * SURFACE_TERMS; k < SURFACE_TERMS; k++) over += values[SURFACE + k]! * surface[at + k]!
  const own = c * CHANNEL_TERMS
  const log = logs[i * CHANNELS + c]!
  return x * (1 + values[own]! + over + log * (values[own + 2]! + log * values[own + 3]!)) + values[own + 1]! - first[i * CHANNELS + c]!
}

function medianResidual (samples: Samples, values: Float64Array): number {
  const sizes = new Float64Array(samples.count * CHANNELS)
  let count = 0
  for (let i = 0; i < samples.count; i++) {
    for (let c = 0; c < CHANNELS; c++) {
      const residual = residualOf(samples, values, i, c)
      if (!Number.isNaN(residual)) sizes[count++] = Math.abs(residual)
    }
  }
  return sizes.subarray(0, count).sort()[count >> 1] ?? 0
}

// Where one picture is clipped all around a pixel and the other lies beyond, nobody can tell what was there.
const SATURATED_HIGH = 250
const SATURATED_LOW = 4
const BEYOND_HIGH = 215
const BEYOND_LOW = 30
const AROUND_PX = 2

/**
 * Reads the second picture's levels as they would be in the first one's light. Where one of the two is clipped and the
 * other could be, they are the first's own levels.
 */
export function levelsUnder (model: LightModel, first: RgbImage, second: RgbImage): LevelReader {
  const { width, height } = first
  const a = first.data
  const b = second.data
  const tables = [0, 1, 2].map(c => Float64Array.from({ length: 256 }, (_, level) => {
    const x = level / 255
    return 255 * (model.gain[c]! * x + model.offset[c]! + model.tone[c]! * channelTerm(2, x) + model.skew[c]! * channelTerm(3, x))
  }))
  const surface = model.surface.some(value => value !== 0) ? model.surface : undefined
  const terms = new Float64Array(SURFACE_TERMS)
  return (pixel, x, y, out) => {
    let extra = 0
    if (surface !== undefined) {
      writeSurfaceTerms((x + 0.5) / width * 2 - 1, (y + 0.5) / height * 2 - 1, terms, 0)
      for (let k = 0; k < SURFACE_TERMS; k++) extra += surface[k]! * terms[k]!
    }
    for (let c = 0; c < CHANNELS; c++) {
      const one = a[pixel * 3 + c]!
      const other = b[pixel * 3 + c]!
      const level = tables[c]![other]! + extra * other
      if (one > SATURATED_LOW && other > SATURATED_LOW && one < SATURATED_HIGH && other < SATURATED_HIGH) {
        out[c] = level
        continue
      }
      const high = (one >= SATURATED_HIGH && level > BEYOND_HIGH && allAround(first, x, y, c, true)) ||
        (other >= SATURATED_HIGH && one > BEYOND_HIGH && allAround(second, x, y, c, true))
      const low = !high && ((one <= SATURATED_LOW && level < BEYOND_LOW && allAround(first, x, y, c, false)) ||
        (other <= SATURATED_LOW && one < BEYOND_LOW && allAround(second, x, y, c, false)))
      out[c] = high || low ? one : level
    }
  }
}

/** Whether a channel is clipped at the corners and the middles of the sides of the 5 x 5 pixels around (x, y). */
function allAround ({ data, width, height }: RgbImage, x: number, y: number, c: number, high: boolean): boolean {
  for (let dy = -AROUND_PX; dy <= AROUND_PX; dy += AROUND_PX) {
    for (let dx = -AROUND_PX; dx <= AROUND_PX; dx += AROUND_PX) {
      const column = Math.min(width - 1, Math.max(0, x + dx))
      const row = Math.min(height - 1, Math.max(0, y + dy))
      const level = data[(row * width + column) * 3 + c]!
      if (high ? level < SATURATED_HIGH : level > SATURATED_LOW) return false
    }
  }
  return true
}
