// The colour distance that no small displacement explains: how far each pixel lies outside of what the other picture
// has around it, both ways round.
import { blurPlane } from '../../imaging/blur-plane.js'
import { type Extremes, extremes3, extremes5 } from '../../imaging/extremes.js'
import type { LabPlanes, Plane } from '../../imaging/lab-planes.js'

const LIGHTNESS_BLUR = 0.7
// JPEG stores chroma at half the size; eyes see it no finer.
const CHROMA_BLUR = 1.2
const CHROMA_WEIGHT = 0.8

// What of the pair's own edges may be left over, and beyond which distance it counts.
const REACHES = [0.3, 0.6, 1, 2] as const
const MAX_LEFT_SHARE = 0.04
const LEFT_DISTANCE = 4
const EDGE_GRADIENT = 15
const EDGE_STEP_PX = 2

/**
 * The least reach, in pixels of residual displacement, at which nearly all edges of the first picture are explained by
 * the second. The edges of both are expected in register.
 */
export function chooseReach (first: Plane, second: Plane, inside: Uint8Array): number {
  const a = blurPlane(first, LIGHTNESS_BLUR)
  const b = blurPlane(second, LIGHTNESS_BLUR)
  const { width, height } = a
  const edges: number[] = []
  for (let y = 1; y < height - 1; y += EDGE_STEP_PX) {
    for (let x = 1 + (y >> 1) % EDGE_STEP_PX; x < width - 1; x += EDGE_STEP_PX) {
      const at = y * width + x
      if (inside[at] === 0) continue
      const gx = a.data[at + 1]! - a.data[at - 1]!
      const gy = a.data[at + width]! - a.data[at - width]!
      if (gx * gx + gy * gy > EDGE_GRADIENT * EDGE_GRADIENT) edges.push(at)
    }
  }
  const [least] = REACHES
  if (edges.length === 0) return least
  const nearA = extremes3(a)
  const nearB = extremes3(b)
  for (const reach of REACHES) {
    const aroundA = reach > 1 ? extremes5(a) : nearA
    const aroundB = reach > 1 ? extremes5(b) : nearB
    const left = edges.filter(at => Math.max(
      excessAt(a.data, b.data, aroundB, at, reach), excessAt(b.data, a.data, aroundA, at, reach)
    ) > LEFT_DISTANCE).length
    if (left < MAX_LEFT_SHARE * edges.length) return reach
  }
  return REACHES[REACHES.length - 1]!
}

/** Within a pixel the envelope shrinks towards the value itself; two pixels have an envelope of their own. */
function excessAt (x: Float32Array, y: Float32Array, { least, most }: Extremes, at: number, reach: number): number {
  const scale = reach > 1 ? 1 : reach
  const here = y[at]!
  const high = x[at]! - (here + scale * (most[at]! - here))
  const low = here + scale * (least[at]! - here) - x[at]!
  return Math.max(0, high, low)
}

/** The distance at each pixel, in CIELAB units. */
export function envelopeDistance (first: LabPlanes, second: LabPlanes, reach: number): Float32Array {
  const { width, height } = first
  const lightness = bothWays(first.lightness, second.lightness, width, height, LIGHTNESS_BLUR, reach)
  const a = bothWays(first.a, second.a, width, height, CHROMA_BLUR, reach)
  const b = bothWays(first.b, second.b, width, height, CHROMA_BLUR, reach)
  const weight = CHROMA_WEIGHT * CHROMA_WEIGHT
  for (let i = 0; i < lightness.length; i++) {
    lightness[i] = Math.sqrt(lightness[i]! * lightness[i]! + weight * (a[i]! * a[i]! + b[i]! * b[i]!))
  }
  return lightness
}

function bothWays (first: Float32Array, second: Float32Array, width: number, height: number, sigma: number, reach: number): Float32Array {
  const a = blurPlane({ data: first, width, height }, sigma)
  const b = blurPlane({ data: second, width, height }, sigma)
  const extremes = reach > 1 ? extremes5 : extremes3
  const aroundA = extremes(a)
  const aroundB = extremes(b)
  const out = new Float32Array(width * height)
  const scale = reach > 1 ? 1 : reach
  const x = a.data
  const y = b.data
  for (let i = 0; i < out.length; i++) {
    const one = x[i]!
    const other = y[i]!
    const difference = one - other
    // The envelope of the one that is exceeded lies on the side of the other.
    const roomB = difference > 0 ? aroundB.most[i]! - other : other - aroundB.least[i]!
    const roomA = difference > 0 ? one - aroundA.least[i]! : aroundA.most[i]! - one
    const size = difference > 0 ? difference : -difference
    const excess = size - scale * (roomA < roomB ? roomA : roomB)
    out[i] = excess > 0 ? excess : 0
  }
  return out
}
