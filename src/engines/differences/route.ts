// Which way to compare two pictures of one size: not at all, pixel by pixel, or with tolerance.
import type { RgbImage } from '../../imaging/lab-planes.js'

/** 'equal': all bytes are; 'exact': two renderings of one frame, pixel for pixel; 'tolerant': everything else. */
export type Route = 'equal' | 'exact' | 'tolerant'

/** What the choice rests on. */
export interface FrameAgreement {
  readonly route: Route
  /** For each pixel 0 where all bytes are equal, 1 where they differ, 2 where by more than decoders do. */
  readonly different: Uint8Array
  /** How many pixels differ at all. */
  readonly count: number
}

// Levels that two decoders of one file may lie apart.
const SAME_LEVELS = 2
// Edges are where the greatest and the least grey of 3 x 3 pixels lie further apart.
const EDGE_LEVELS = 20
// Shared edges tell one frame from a shifted or encoded one: over all pixels, flat JPEG pictures would pass too.
const MIN_SHARED_EDGES = 0.9
// With next to no edges the flat parts have to tell, and weigh less.
const MIN_EDGE_SHARE = 0.01
const FLAT_PENALTY = 0.3
// A page of which a large part was replaced still is the same frame where whole blocks of edges are equal to the byte:
// neither a shift nor an encoder leaves many of those.
const BLOCK_PX = 16
const MIN_EQUAL_BLOCKS = 0.5
// So few pixels are a deliberate change: neither a shift nor an encoder would have left all others alone.
const FEW_DIFFERENT = 1e-4
// Smaller pictures are icons and glyphs: there is nothing to align.
const MIN_SIDE_PX = 64

/** Chooses the route of two pictures of one size. */
export function chooseRoute (first: RgbImage, second: RgbImage): FrameAgreement {
  const { width, height } = first
  if (Buffer.compare(first.data, second.data) === 0) return { route: 'equal', different: new Uint8Array(0), count: 0 }
  const { different, count, beyond } = markDifferent(first, second)
  if (count <= FEW_DIFFERENT * different.length || Math.max(width, height) < MIN_SIDE_PX) return { route: 'exact', different, count }
  const edges = countEdges(first, second, different)
  const shared = edges.count < MIN_EDGE_SHARE * edges.looked
    ? 1 - beyond / different.length - FLAT_PENALTY
    : 1 - edges.different / edges.count
  const exact = shared >= MIN_SHARED_EDGES || (edges.blocks > 0 && edges.equalBlocks >= MIN_EQUAL_BLOCKS * edges.blocks)
  return { route: exact ? 'exact' : 'tolerant', different, count }
}

function markDifferent (first: RgbImage, second: RgbImage): { different: Uint8Array, count: number, beyond: number } {
  const a = first.data
  const b = second.data
  const different = new Uint8Array(first.width * first.height)
  let count = 0
  let beyond = 0
  // Four pixels are three words of 32 bits: most of a screenshot is passed over by them.
  const words = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0 ? Math.floor(a.length / 12) * 3 : 0
  const wordsOfA = new Uint32Array(a.buffer, a.byteOffset, words)
  const wordsOfB = new Uint32Array(b.buffer, b.byteOffset, words)
  const mark = (pixel: number): void => {
    const at = pixel * 3
    const most = Math.max(Math.abs(a[at]! - b[at]!), Math.abs(a[at + 1]! - b[at + 1]!), Math.abs(a[at + 2]! - b[at + 2]!))
    if (most === 0) return
    count++
    different[pixel] = 1
    if (most <= SAME_LEVELS) return
    different[pixel] = 2
    beyond++
  }
  for (let word = 0, pixel = 0; word < words; word += 3, pixel += 4) {
    if (wordsOfA[word] === wordsOfB[word] && wordsOfA[word + 1] === wordsOfB[word + 1] && wordsOfA[word + 2] === wordsOfB[word + 2]) continue
    for (let i = 0; i < 4; i++) mark(pixel + i)
  }
  for (let pixel = words / 3 * 4; pixel < different.length; pixel++) mark(pixel)
  return { different, count, beyond }
}

interface Edges {
  readonly looked: number
  readonly count: number
  readonly different: number
  readonly blocks: number
  readonly equalBlocks: number
}

// Of large pictures only some rows of blocks are looked at: shares need no more.
const MAX_LOOKED_PX = 300_000

function countEdges (first: RgbImage, second: RgbImage, marks: Uint8Array): Edges {
  const { width, height } = first
  const step = Math.max(1, Math.round(width * height / MAX_LOOKED_PX))
  let looked = 0
  let count = 0
  let different = 0
  let blocks = 0
  let equalBlocks = 0
  const across = Math.ceil(width / BLOCK_PX)
  for (let top = 0; top < height; top += BLOCK_PX * step) {
    const rows = Math.min(BLOCK_PX, height - top)
    const edgesOf = new Uint32Array(across)
    const differentOf = new Uint32Array(across)
    const isEdge = orMasks(edgeRows(first, top, rows), edgeRows(second, top, rows))
    looked += rows * width
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < width; x++) {
        const found = marks[(top + y) * width + x]!
        const block = (x / BLOCK_PX) | 0
        if (found !== 0) differentOf[block]! += 1
        if (isEdge[y * width + x] === 0) continue
        count++
        edgesOf[block]! += 1
        if (found === 2) different++
      }
    }
    for (let block = 0; block < across; block++) {
      if (edgesOf[block]! < BLOCK_PX) continue
      blocks++
      if (differentOf[block] === 0) equalBlocks++
    }
  }
  return { looked, count, different, blocks, equalBlocks }
}

function orMasks (a: Uint8Array, b: Uint8Array): Uint8Array {
  for (let i = 0; i < a.length; i++) a[i]! |= b[i]!
  return a
}

/** 1 for each pixel of some rows around which grey spans more than an edge. */
function edgeRows ({ data, width, height }: RgbImage, top: number, rows: number): Uint8Array {
  const from = Math.max(0, top - 1)
  const to = Math.min(height, top + rows + 1)
  const least = new Uint8Array((to - from) * width)
  const most = new Uint8Array((to - from) * width)
  const grey = new Uint8Array(width)
  for (let y = from; y < to; y++) {
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) grey[x] = (77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!) >> 8
    const row = (y - from) * width
    for (let x = 0; x < width; x++) {
      const here = grey[x]!
      const before = x > 0 ? grey[x - 1]! : here
      const after = x < width - 1 ? grey[x + 1]! : here
      least[row + x] = before < after ? (before < here ? before : here) : (after < here ? after : here)
      most[row + x] = before > after ? (before > here ? before : here) : (after > here ? after : here)
    }
  }
  const edge = new Uint8Array(rows * width)
  for (let y = 0; y < rows; y++) {
    const here = (top + y - from) * width
    const above = top + y > from ? here - width : here
    const below = top + y + 1 < to ? here + width : here
    for (let x = 0; x < width; x++) {
      const low = Math.min(least[here + x]!, least[above + x]!, least[below + x]!)
      const high = Math.max(most[here + x]!, most[above + x]!, most[below + x]!)
      if (high - low > EDGE_LEVELS) edge[y * width + x] = 1
    }
  }
  return edge
}
