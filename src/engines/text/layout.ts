// Reading order: pieces of lines are joined to lines, lines are ordered by columns, neighbours become paragraphs. The
// order is Breuel's (High Performance Document Layout Analysis, 2003): of two lines that share a part of their width
// the upper one comes first; of two side by side the left one, unless a line that spans both stands between them.
import { type Point, type Quad, boundsOf, quadHeight, quadWidth, sliceQuad } from '../../imaging/quad.js'
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
// So many heights above and below the lines that show it, the gap between columns still counts.
const NEAR_COLUMN = 10
// The least gap, in heights, at which a line is taken for two.
const MIN_COLUMN_GAP = 0.3
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

/** The gap between two columns, over the lines that show it. */
interface Gutter {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

// Pieces of one line become one, but not across the gap between columns.
function joinPieces (pieces: readonly Framed[]): Framed[] {
  const gutters = findGutters(pieces)
  const sorted = pieces.flatMap(piece => splitAt(piece, gutters)).sort((a, b) => a.left - b.left)
  const lines = new Map<Framed, Framed[]>()
  for (const left of sorted) {
    const line = lines.get(left) ?? [left]
    lines.set(left, line)
    const right = rightNeighbour(left, sorted)
    if (right === undefined || lines.has(right) || !belongTogether(left, right, gutters)) continue
    line.push(right)
    lines.set(right, line)
  }
  return [...new Set(lines.values())].map(join)
}

// Where several pairs of running text stand side by side with the same gap between them.
function findGutters (pieces: readonly Framed[]): Gutter[] {
  const gaps = pieces.flatMap((left): Gutter[] => {
    const right = rightNeighbour(left, pieces)
    return right !== undefined && isRunning(left) && isRunning(right) && right.left > left.right
      ? [{ left: left.right, right: right.left, top: left.top, bottom: left.bottom }]
      : []
  })
  return gaps.flatMap((gap): Gutter[] => {
    const alike = gaps.filter(other => other.left < gap.right && other.right > gap.left)
    return alike.length < COLUMN_PAIRS
      ? []
      : [{
          left: gap.left,
          right: gap.right,
          top: Math.min(...alike.map(other => other.top)),
          bottom: Math.max(...alike.map(other => other.bottom))
        }]
  })
}

// The detector has taken two columns for one line here and there: they are set apart between the words at the gap.
function splitAt (piece: Framed, gutters: readonly Gutter[]): Framed[] {
  const { words } = piece.line
  const gutter = gutters.find(({ left, right, top, bottom }) => piece.left < left - piece.height && piece.right > right + piece.height &&
    piece.bottom > top - NEAR_COLUMN * piece.height && piece.top < bottom + NEAR_COLUMN * piece.height)
  if (gutter === undefined || !piece.level) return [piece]
  const share = ((gutter.left + gutter.right) / 2 - piece.left) / (piece.right - piece.left)
  const first = words.filter(word => (word.from + word.to) / 2 < share)
  const second = words.slice(first.length)
  const [before, after] = [first.at(-1), second[0]]
  if (before === undefined || after === undefined || (after.from - before.to) * (piece.right - piece.left) < MIN_COLUMN_GAP * piece.height) return [piece]
  const part = (words: readonly PlacedWord[], from: number, to: number): Framed => ({
    ...piece,
    line: { words, quad: sliceQuad(piece.line.quad, from, to) },
    left: piece.left + from * (piece.right - piece.left),
    right: piece.left + to * (piece.right - piece.left)
  })
  return [part(first, 0, before.to), part(second, after.from, 1)]
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
  const y = middle(left)
  const apart = gutters.some(gutter => Math.min(gutter.right, right.left) > Math.max(gutter.left, left.right) &&
    y > gutter.top - NEAR_COLUMN * left.height && y < gutter.bottom + NEAR_COLUMN * left.height)
  if (apart) return false
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

// Topological (Kahn 1962); what no rule sets apart comes from the top, and a circle is broken there too.
function order (lines: readonly Framed[]): Framed[] {
  const sorted = [...lines].sort((a, b) => middle(a) - middle(b) || a.left - b.left)
  const spanning = sorted.filter(line => spansOthers(line, sorted))
  const after = sorted.map(line => [...sorted.keys()].filter(index => sorted[index] !== line && comesBefore(line, sorted[index] as Framed, spanning)))
  const waitsFor = sorted.map(() => 0)
  for (const index of after.flat()) waitsFor[index] = (waitsFor[index] ?? 0) + 1
  const waiting = new Set(sorted.keys())
  const ordered: Framed[] = []
  while (waiting.size > 0) {
    let next = -1
    for (const index of waiting) {
      if (next < 0) next = index
      if (waitsFor[index] === 0) {
        next = index
        break
      }
    }
    waiting.delete(next)
    ordered.push(sorted[next] as Framed)
    for (const index of after[next] ?? []) waitsFor[index] = (waitsFor[index] ?? 0) - 1
  }
  return ordered
}

// Whether it shares its width with two lines that share none with each other: only such a line stands between columns.
function spansOthers (line: Framed, all: readonly Framed[]): boolean {
  const touched = all.filter(other => other !== line && shareWidth(line, other))
  const firstEnd = touched.reduce((least, other) => Math.min(least, other.right), Infinity)
  return touched.some(other => other.left >= firstEnd)
}

function shareWidth (a: Framed, b: Framed): boolean {
  return a.left < b.right && b.left < a.right
}

function comesBefore (a: Framed, b: Framed, spanning: readonly Framed[]): boolean {
  if (shareWidth(a, b)) return middle(a) < middle(b)
  if (a.right > b.left) return false
  const top = Math.min(middle(a), middle(b))
  const bottom = Math.max(middle(a), middle(b))
  return !spanning.some(c => middle(c) > top && middle(c) < bottom && c.left < a.right && c.right > b.left)
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
