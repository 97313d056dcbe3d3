// Reading order: pieces of lines are joined to lines, lines are ordered by columns, neighbours become paragraphs. The
// order is Breuel's (High Performance Document Layout Analysis, 2003): of two lines that share a part of their width
// the upper one comes first; of two side by side the left one, unless a line that spans both stands between them.
import { type Point, type Quad, boundsOf, quadHeight, quadWidth } from '../../imaging/quad.js'
import type { Paragraph, PlacedWord, TextLine } from './page.js'

/** A line in the frame of the page as its reader holds it: y down the page, the usual line level. */
interface Framed {
  readonly line: TextLine
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Of the letters, not of the frame around a slanted line. */
  readonly height: number
  /** Reads across the page as most lines do. */
  readonly level: boolean
}

// Two pieces stand on one line where they share so much of the lower one's height.
const SAME_LINE_OVERLAP = 0.6
const MAX_HEIGHT_RATIO = 1.7
// A gap of so many heights of the letters is one between words, whatever stands around.
const WORD_GAP = 0.8
// A piece so many times wider than high is running text; a shorter one may be a cell of a table or a price.
const RUNNING_TEXT = 8
// So many pairs of running text with the same gap between them are columns.
const COLUMN_PAIRS = 3
// Lines of one paragraph: as high as each other, and no further apart than this many heights.
const PARAGRAPH_GAP = 0.9

/**
 * Puts lines in reading order.
 * @param quarters how many quarter turns clockwise the page lies in the picture
 */
export function layOut (lines: readonly TextLine[], quarters: number): Paragraph[] {
  if (lines.length === 0) return []
  const framed = frame(lines, quarters)
  return toParagraphs(order(joinPieces(framed)))
}

function frame (lines: readonly TextLine[], quarters: number): Framed[] {
  const page = -quarters * Math.PI / 2
  const angles = lines.map(line => ({ angle: wrap(angleOf(line.quad) + page), weight: quadWidth(line.quad) }))
  const level = angles.map(({ angle }) => Math.abs(angle) < Math.PI / 4)
  const turn = page - weightedMedian(angles.filter((_, index) => level[index]))
  const cos = Math.cos(turn)
  const sin = Math.sin(turn)
  const map = ({ x, y }: Point): Point => ({ x: x * cos - y * sin, y: x * sin + y * cos })
  return lines.map((line, index) => ({ line, ...boundsOf(line.quad.map(map)), height: quadHeight(line.quad), level: level[index] === true }))
}

function angleOf ([topLeft, topRight]: Quad): number {
  return Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x)
}

function wrap (angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle))
}

function weightedMedian (values: ReadonlyArray<{ readonly angle: number, readonly weight: number }>): number {
  const sorted = [...values].sort((a, b) => a.angle - b.angle)
  let rest = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  for (const { angle, weight } of sorted) {
    rest -= weight
    if (rest <= 0) return angle
  }
  return 0
}

/** A gap between two pieces of running text on one line. */
interface Gutter {
  readonly left: number
  readonly right: number
  readonly y: number
}

// Pieces of one line become one, but not across the gap between columns.
function joinPieces (pieces: readonly Framed[]): Framed[] {
  const sorted = [...pieces].sort((a, b) => a.left - b.left)
  const neighbours = sorted.map(piece => rightNeighbour(piece, sorted))
  const gutters = neighbours.flatMap((right, index): Gutter[] => {
    const left = sorted[index]
    return left !== undefined && right !== undefined && isRunning(left) && isRunning(right)
      ? [{ left: left.right, right: right.left, y: (left.top + left.bottom) / 2 }]
      : []
  })
  const lines = new Map<Framed, Framed[]>()
  for (const [index, left] of sorted.entries()) {
    const line = lines.get(left) ?? [left]
    lines.set(left, line)
    const right = neighbours[index]
    if (right === undefined || lines.has(right) || !belongTogether(left, right, gutters)) continue
    line.push(right)
    lines.set(right, line)
  }
  return [...new Set(lines.values())].map(join)
}

function rightNeighbour (piece: Framed, sorted: readonly Framed[]): Framed | undefined {
  let nearest: Framed | undefined
  for (const other of sorted) {
    if (other === piece || other.left < (piece.left + piece.right) / 2 || !onOneLine(piece, other)) continue
    if (nearest === undefined || other.left < nearest.left) nearest = other
  }
  return nearest
}

function onOneLine (a: Framed, b: Framed): boolean {
  if (!a.level || !b.level || Math.max(a.height, b.height) > MAX_HEIGHT_RATIO * Math.min(a.height, b.height)) return false
  const overlap = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  return overlap >= SAME_LINE_OVERLAP * Math.min(a.bottom - a.top, b.bottom - b.top)
}

function isRunning ({ left, right, height }: Framed): boolean {
  return right - left >= RUNNING_TEXT * height
}

function belongTogether (left: Framed, right: Framed, gutters: readonly Gutter[]): boolean {
  const alike = gutters.filter(gutter => gutter.left < right.left && gutter.right > left.right && Math.min(gutter.right, right.left) > Math.max(gutter.left, left.right))
  if (alike.length >= COLUMN_PAIRS) return false
  if (right.left - left.right <= WORD_GAP * Math.min(left.height, right.height)) return true
  return !(isRunning(left) && isRunning(right))
}

function join (pieces: readonly Framed[]): Framed {
  const [first] = pieces
  const last = pieces.at(-1)
  if (first === undefined || last === undefined || first === last) return first as Framed
  const ends = [first.line.quad, last.line.quad] as const
  return {
    line: {
      quad: [ends[0][0], ends[1][1], ends[1][2], ends[0][3]],
      words: pieces.flatMap((piece): readonly PlacedWord[] => piece.line.words)
    },
    left: Math.min(...pieces.map(piece => piece.left)),
    right: Math.max(...pieces.map(piece => piece.right)),
    top: Math.min(...pieces.map(piece => piece.top)),
    bottom: Math.max(...pieces.map(piece => piece.bottom)),
    height: Math.max(...pieces.map(piece => piece.height)),
    level: true
  }
}

function order (lines: readonly Framed[]): Framed[] {
  // Sorted from the top, so that lines no rule sets apart come in that order.
  const sorted = [...lines].sort((a, b) => middle(a) - middle(b) || a.left - b.left)
  const before = sorted.map(line => sorted.map(other => other !== line && comesBefore(other, line, sorted)))
  const waiting = new Set(sorted.keys())
  const ordered: Framed[] = []
  while (waiting.size > 0) {
    const free = [...waiting].find(index => ![...waiting].some(other => before[index]?.[other])) ?? [...waiting][0] ?? 0
    waiting.delete(free)
    ordered.push(sorted[free] as Framed)
  }
  return ordered
}

function comesBefore (a: Framed, b: Framed, all: readonly Framed[]): boolean {
  if (a.left < b.right && b.left < a.right) return middle(a) < middle(b)
  if (a.right > b.left) return false
  const top = Math.min(middle(a), middle(b))
  const bottom = Math.max(middle(a), middle(b))
  return !all.some(c => middle(c) > top && middle(c) < bottom && c.left < a.right && c.right > b.left)
}

function middle ({ top, bottom }: Framed): number {
  return (top + bottom) / 2
}

function toParagraphs (lines: readonly Framed[]): Paragraph[] {
  const paragraphs: TextLine[][] = []
  for (const [index, line] of lines.entries()) {
    const above = lines[index - 1]
    const last = paragraphs.at(-1)
    if (above !== undefined && last !== undefined && continues(above, line)) last.push(line.line)
    else paragraphs.push([line.line])
  }
  return paragraphs.map(lines => ({ lines }))
}

function continues (above: Framed, below: Framed): boolean {
  const height = Math.min(above.height, below.height)
  return above.level && below.level && Math.max(above.height, below.height) <= MAX_HEIGHT_RATIO * height &&
    below.top - above.bottom <= PARAGRAPH_GAP * height && middle(below) > middle(above) &&
    below.left < above.right && above.left < below.right
}
