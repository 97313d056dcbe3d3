// Where two pictures show the same: the boxes around what looks alike.
import { type Point, project } from '../imaging/homography.js'
import { type Overlay, up } from './overlay.js'
import type { Agreement } from './photometry.js'

/** An upright box in shares of a picture's sides. */
export interface ShareBox {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const ALIKE = 0.5
/** Left out at each end, since single pixels look alike by chance. */
const TRIMMED = 0.01
const STEP = 2

/** The boxes of reference and query, from pixels of full size to shares; whole pictures where nothing looks alike. */
export function findMatchedBoxes (overlay: Overlay, { map, level }: Agreement): { readonly referenceBox: ShareBox, readonly queryBox: ShareBox } {
  const { width, height } = overlay.frame[level]!
  const toFull = up(level)
  const points: Point[] = []
  for (let y = 0; y < height; y += STEP) {
    for (let x = 0; x < width; x += STEP) {
      if (map[y * width + x]! > ALIKE) points.push(project(toFull, x, y))
    }
  }
  const ofFrame = boxOf(points, overlay.frame[0]!)
  const ofOther = boxOf(points.map(([x, y]) => project(overlay.homography, x, y)), overlay.other[0]!)
  return overlay.ofReference ? { referenceBox: ofFrame, queryBox: ofOther } : { referenceBox: ofOther, queryBox: ofFrame }
}

function boxOf (points: readonly Point[], { width, height }: { readonly width: number, readonly height: number }): ShareBox {
  const [left, right] = extent(points.map(([x]) => (x + 0.5) / width))
  const [top, bottom] = extent(points.map(([, y]) => (y + 0.5) / height))
  return { left, top, right, bottom }
}

function extent (shares: number[]): [number, number] {
  shares.sort((a, b) => a - b)
  const skipped = Math.floor(shares.length * TRIMMED)
  const clamp = (share: number | undefined, otherwise: number): number => Math.min(1, Math.max(0, share ?? otherwise))
  return [clamp(shares[skipped], 0), clamp(shares[shares.length - 1 - skipped], 1)]
}
