// Two pictures made equally sharp: the sharper one is blurred as far as the other is.
import { blurPlane, gaussianTaps } from '../../imaging/blur-plane.js'
import type { LabPlanes } from '../../imaging/lab-planes.js'
import type { Scratch } from '../../imaging/scratch.js'

const SIGMAS = [0.5, 0.8, 1.1, 1.5, 2] as const
// Blur shows at the strongest second derivatives.
const STRONGEST_SHARE = 0.08
const MAX_POINTS = 3000
// Larger differences are something else than blur.
const MAX_DIFFERENCE = 15
// What blurring has to save, as a share, to be believed.
const MIN_SAVING = 0.03
const STEP_PX = 3
const MARGIN_PX = 6

/** The pair with the sharper picture blurred, if that brings them closer. */
export function equalizeSharpness (first: LabPlanes, second: LabPlanes, inside: Uint8Array, scratch: Scratch): { readonly first: LabPlanes, readonly second: LabPlanes } {
  const { width } = first.lightness
  const points = sharpestPoints(first, second, inside)
  if (points.length === 0) return { first, second }
  const a = first.lightness.data
  const b = second.lightness.data
  const plain = meanDifference(points.map(at => a[at]! - b[at]!))
  let best = { difference: plain * (1 - MIN_SAVING), blurFirst: false, sigma: 0 }
  for (const sigma of SIGMAS) {
    const kernel = squareKernel(sigma, width)
    const ofFirst = meanDifference(points.map(at => blurredAt(a, at, kernel) - b[at]!))
    const ofSecond = meanDifference(points.map(at => a[at]! - blurredAt(b, at, kernel)))
    if (ofFirst < best.difference) best = { difference: ofFirst, blurFirst: true, sigma }
    if (ofSecond < best.difference) best = { difference: ofSecond, blurFirst: false, sigma }
  }
  if (best.sigma === 0) return { first, second }
  return best.blurFirst ? { first: blurLab(first, best.sigma, scratch), second } : { first, second: blurLab(second, best.sigma, scratch) }
}

// At half the size, half the blur.
function blurLab ({ lightness, a, b }: LabPlanes, sigma: number, scratch: Scratch): LabPlanes {
  return { lightness: blurPlane(lightness, sigma, scratch), a: blurPlane(a, sigma / 2, scratch), b: blurPlane(b, sigma / 2, scratch) }
}

function sharpestPoints (first: LabPlanes, second: LabPlanes, inside: Uint8Array): number[] {
  const { width, height } = first.lightness
  const places: number[] = []
  const strengths: number[] = []
  for (let y = MARGIN_PX; y < height - MARGIN_PX; y += STEP_PX) {
    // Each row begins elsewhere, so that upright lines are not missed.
    for (let x = MARGIN_PX + y % STEP_PX; x < width - MARGIN_PX; x += STEP_PX) {
      const at = y * width + x
      if (inside[at] === 0) continue
      places.push(at)
      strengths.push(Math.max(laplacian(first.lightness.data, at, width), laplacian(second.lightness.data, at, width)))
    }
  }
  const sorted = Float32Array.from(strengths).sort()
  const least = sorted[Math.floor(sorted.length * (1 - STRONGEST_SHARE))] ?? 0
  const strong = places.filter((_, i) => strengths[i]! >= least && strengths[i]! > 0)
  const step = Math.max(1, Math.ceil(strong.length / MAX_POINTS))
  return strong.filter((_, i) => i % step === 0)
}

function laplacian (data: Float32Array, at: number, width: number): number {
  return Math.abs(4 * data[at]! - data[at - 1]! - data[at + 1]! - data[at - width]! - data[at + width]!)
}

interface SquareKernel {
  readonly offsets: readonly number[]
  readonly weights: readonly number[]
}

function squareKernel (sigma: number, width: number): SquareKernel {
  const taps = gaussianTaps(sigma)
  const radius = taps.length - 1
  const offsets: number[] = []
  const weights: number[] = []
  for (let y = -radius; y <= radius; y++) {
    for (let x = -radius; x <= radius; x++) {
      offsets.push(y * width + x)
      weights.push(taps[Math.abs(x)]! * taps[Math.abs(y)]!)
    }
  }
  return { offsets, weights }
}

function blurredAt (data: Float32Array, at: number, { offsets, weights }: SquareKernel): number {
  let sum = 0
  for (let k = 0; k < offsets.length; k++) sum += weights[k]! * data[at + offsets[k]!]!
  return sum
}

function meanDifference (differences: readonly number[]): number {
  return differences.reduce((sum, difference) => sum + Math.min(MAX_DIFFERENCE, Math.abs(difference)), 0) / differences.length
}
