// Connected regions of a mask: finding, growing together, filling. A mask is one byte a pixel, row-major, 0 or not.
import type { Box } from './boxes.js'

/** A set of pixels: `mask` is 0 or 1 for each pixel of `box`, row-major; every side of the box is touched. */
export interface Region {
  readonly box: Box
  readonly mask: Uint8Array
  readonly areaPx: number
}

/** What is marked, 8-connected, in the reading order of each region's first pixel. */
export function findRegions (mask: Uint8Array, width: number, height: number): Region[] {
  const left = Uint8Array.from(mask)
  const regions: Region[] = []
  let stack = new Int32Array(1024)
  for (let start = 0; start < left.length; start++) {
    if (left[start] === 0) continue
    // The stack keeps all members: those below `next` are done.
    let count = 0
    let minX = width
    let maxX = 0
    let maxY = 0
    stack[count++] = start
    left[start] = 0
    const minY = Math.floor(start / width)
    for (let next = 0; next < count; next++) {
      const at = stack[next]!
      const x = at % width
      const y = (at - x) / width
      if (x < minX) minX = x
      if (x > maxX) maxX = x
      if (y > maxY) maxY = y
      if (count + 8 > stack.length) stack = grown(stack)
      const fromX = x > 0 ? -1 : 0
      const toX = x < width - 1 ? 1 : 0
      const toY = y < height - 1 ? 1 : 0
      for (let dy = y > 0 ? -1 : 0; dy <= toY; dy++) {
        for (let dx = fromX; dx <= toX; dx++) {
          const neighbour = at + dy * width + dx
          if (left[neighbour] !== 0) {
            left[neighbour] = 0
            stack[count++] = neighbour
          }
        }
      }
    }
    const box = { x: minX, y: minY, width: maxX - minX + 1, height: maxY - minY + 1 }
    const own = new Uint8Array(box.width * box.height)
    for (let i = 0; i < count; i++) {
      const at = stack[i]!
      const x = at % width
      own[((at - x) / width - minY) * box.width + x - minX] = 1
    }
    regions.push({ box, mask: own, areaPx: count })
  }
  return regions
}

function grown (stack: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(stack.length * 2)
  larger.set(stack)
  return larger
}

/** Marks every pixel within `radius` of a marked one, along the axes and diagonals (a square). */
export function dilateMask (mask: Uint8Array, width: number, height: number, radius: number): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = y * width
    // Where the last marked pixel to the left was, then the same from the right.
    for (let x = 0, last = -radius - 1; x < width; x++) {
      if (mask[row + x] !== 0) last = x
      if (x - last <= radius) rows[row + x] = 1
    }
    for (let x = width - 1, last = width + radius; x >= 0; x--) {
      if (mask[row + x] !== 0) last = x
      if (last - x <= radius) rows[row + x] = 1
    }
  }
  const out = new Uint8Array(width * height)
  const lasts = new Int32Array(width).fill(-radius - 1)
  for (let y = 0; y < height; y++) {
    const row = y * width
    for (let x = 0; x < width; x++) {
      if (rows[row + x] !== 0) lasts[x] = y
      if (y - lasts[x]! <= radius) out[row + x] = 1
    }
  }
  lasts.fill(height + radius)
  for (let y = height - 1; y >= 0; y--) {
    const row = y * width
    for (let x = 0; x < width; x++) {
      if (rows[row + x] !== 0) lasts[x] = y
      if (lasts[x]! - y <= radius) out[row + x] = 1
    }
  }
  return out
}

/** The smallest box around all that is marked; undefined where nothing is. */
export function boundsOf (mask: Uint8Array, width: number, height: number): Box | undefined {
  let minX = width
  let maxX = -1
  let minY = height
  let maxY = -1
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (mask[at] === 0) continue
      if (x < minX) minX = x
      if (x > maxX) maxX = x
      if (y < minY) minY = y
      maxY = y
    }
  }
  return maxX < 0 ? undefined : { x: minX, y: minY, width: maxX - minX + 1, height: maxY - minY + 1 }
}

/** The part of a mask within a box that lies inside it. */
export function cropMask (mask: Uint8Array, width: number, box: Box): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(box.width * box.height)
  for (let y = 0; y < box.height; y++) {
    const from = (box.y + y) * width + box.x
    out.set(mask.subarray(from, from + box.width), y * box.width)
  }
  return out
}

/**
 * Groups what is marked by nearness: two marked pixels with at most `gap` unmarked ones between them belong to one
 * region. A region of several parts is made one piece by the shortest straight ways between them, and its holes are filled.
 */
export function groupRegions (mask: Uint8Array, width: number, height: number, gap: number): Region[] {
  const bounds = boundsOf(mask, width, height)
  if (bounds === undefined) return []
  const radius = Math.ceil(gap / 2)
  const frame = inflated(bounds, radius, width, height)
  const inside = cropMask(mask, width, frame)
  const near = dilateMask(inside, frame.width, frame.height, radius)
  return findRegions(near, frame.width, frame.height).map(({ box, mask: reach }) => {
    const members = cropMask(inside, frame.width, box)
    for (let i = 0; i < members.length; i++) if (reach[i] === 0) members[i] = 0
    const tight = trimmed(members, box)
    return solidRegion(tight.mask, { ...tight.box, x: tight.box.x + frame.x, y: tight.box.y + frame.y })
  })
}

/** One piece without holes from a mask of one or more parts within `box`; every side of the box must be touched. */
export function solidRegion (mask: Uint8Array, box: Box): Region {
  joinParts(mask, box.width, box.height)
  const areaPx = fillHoles(mask, box.width, box.height)
  return { box, mask, areaPx }
}

/** A mask within a box cut to what is marked; something must be. */
export function trimmed (mask: Uint8Array, box: Box): { readonly mask: Uint8Array, readonly box: Box } {
  const bounds = boundsOf(mask, box.width, box.height)
  if (bounds === undefined) throw new Error('an empty mask has no region')
  if (bounds.width === box.width && bounds.height === box.height) return { mask, box }
  return { mask: cropMask(mask, box.width, bounds), box: { ...bounds, x: bounds.x + box.x, y: bounds.y + box.y } }
}

function inflated ({ x, y, width, height }: Box, by: number, frameWidth: number, frameHeight: number): Box {
  const left = Math.max(0, x - by)
  const top = Math.max(0, y - by)
  return { x: left, y: top, width: Math.min(frameWidth, x + width + by) - left, height: Math.min(frameHeight, y + height + by) - top }
}

/** Marks straight lines from part to part, each time from what is joined to the part nearest to it. */
function joinParts (mask: Uint8Array, width: number, height: number): void {
  const parts = findRegions(mask, width, height)
  if (parts.length < 2) return
  // Which part a pixel belongs to, and from where a pixel was first reached: a flood over the gaps from the first part.
  const part = new Int32Array(mask.length)
  parts.forEach(({ box, mask: own }, index) => {
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) if (own[y * box.width + x] !== 0) part[(box.y + y) * width + box.x + x] = index + 1
    }
  })
  const joined = new Uint8Array(parts.length + 1)
  const origin = new Int32Array(mask.length).fill(-1)
  let front: number[] = []
  const enter = (index: number): void => {
    joined[index] = 1
    const { box, mask: own } = parts[index - 1]!
    for (let i = 0; i < own.length; i++) {
      if (own[i] === 0) continue
      const x = i % box.width
      const at = (box.y + (i - x) / box.width) * width + box.x + x
      origin[at] = at
      front.push(at)
    }
  }
  enter(1)
  while (front.length > 0) {
    const next: number[] = []
    const reached: number[] = []
    for (const at of front) {
      const x = at % width
      const y = (at - x) / width
      for (let dy = y > 0 ? -1 : 0; dy <= (y < height - 1 ? 1 : 0); dy++) {
        for (let dx = x > 0 ? -1 : 0; dx <= (x < width - 1 ? 1 : 0); dx++) {
          const to = at + dy * width + dx
          if (origin[to] !== -1) continue
          const index = part[to]!
          if (index !== 0 && joined[index] === 0) {
            drawLine(mask, width, origin[at]!, to)
            joined[index] = 1
            reached.push(index)
          }
          if (index === 0) {
            origin[to] = origin[at]!
            next.push(to)
          }
        }
      }
    }
    front = next
    for (const index of reached) enter(index)
  }
}

function drawLine (mask: Uint8Array, width: number, from: number, to: number): void {
  const x0 = from % width
  const y0 = (from - x0) / width
  const dx = to % width - x0
  const dy = (to - to % width) / width - y0
  const steps = Math.max(Math.abs(dx), Math.abs(dy), 1)
  for (let step = 0; step <= steps; step++) mask[(y0 + Math.round(dy * step / steps)) * width + x0 + Math.round(dx * step / steps)] = 1
}

/** Marks every pixel that has no way to the border but through marked ones (4-connected); gives the number of marked. */
function fillHoles (mask: Uint8Array, width: number, height: number): number {
  const outside = new Uint8Array(mask.length)
  const stack: number[] = []
  const visit = (at: number): void => {
    if (mask[at] === 0 && outside[at] === 0) {
      outside[at] = 1
      stack.push(at)
    }
  }
  for (let x = 0; x < width; x++) {
    visit(x)
    visit((height - 1) * width + x)
  }
  for (let y = 0; y < height; y++) {
    visit(y * width)
    visit(y * width + width - 1)
  }
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const x = at % width
    if (x > 0) visit(at - 1)
    if (x < width - 1) visit(at + 1)
    if (at >= width) visit(at - width)
    if (at + width < mask.length) visit(at + width)
  }
  let marked = 0
  for (let at = 0; at < mask.length; at++) {
    mask[at] = outside[at] === 0 ? 1 : 0
    marked += mask[at]!
  }
  return marked
}
