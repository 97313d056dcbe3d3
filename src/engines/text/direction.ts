// Which way text runs: a few lines are read as they lie and on their heads.
import { type Quad, quadWidth, turnQuad } from '../../imaging/quad.js'
import type { QuarterTurns } from '../../imaging/turn-image.js'
import type { NetReading } from './line-recogniser.js'
import { lineConfidence } from './transcript.js'

/** Frames whose first side is where reading begins, and what has been read of some of them on the way. */
export interface Directed {
  readonly quads: readonly Quad[]
  readonly known: ReadonlyMap<Quad, NetReading>
}

// So many of the longest lines tell the direction of all.
const SAMPLE = 6
// Upright text is read surely; below this it may stand on its head. The other way must be clearly better.
const SURE_UPRIGHT = 0.85
const CLEARLY_BETTER = 0.02
// A picture is turned as a whole where so much of its text, by length, runs another way.
const WHOLE_PICTURE = 0.8

/** Frames of lines that run along one axis, turned by a half if that is how they are read. */
export async function directLines (quads: readonly Quad[], read: (quads: readonly Quad[]) => Promise<readonly NetReading[]>): Promise<Directed> {
  const sample = [...quads].sort((a, b) => quadWidth(b) - quadWidth(a)).slice(0, SAMPLE)
  const upright = await read(sample)
  const confidence = meanConfidence(upright)
  if (sample.length === 0 || confidence >= SURE_UPRIGHT) return { quads, known: pair(sample, upright) }
  const onHead = sample.map(quad => turnQuad(quad, 2))
  const turned = await read(onHead)
  if (meanConfidence(turned) <= confidence + CLEARLY_BETTER) return { quads, known: pair(sample, upright) }
  return { quads: quads.map(quad => onHead[sample.indexOf(quad)] ?? turnQuad(quad, 2)), known: pair(onHead, turned) }
}

/** The turn that brings the whole picture upright; none where its text runs in several ways. */
export function turnOf (quads: readonly Quad[]): QuarterTurns {
  const lengths = lengthsByQuarter(quads.map(quad => ({ quad, length: quadWidth(quad) })))
  const most = Math.max(...lengths)
  const isWhole = most > 0 && most >= WHOLE_PICTURE * lengths.reduce((sum, length) => sum + length, 0)
  return isWhole ? (4 - lengths.indexOf(most)) % 4 as QuarterTurns : 0
}

/** The direction in which most of the text runs, in quarter turns clockwise. */
export function quartersOf (lines: ReadonlyArray<{ readonly quad: Quad, readonly length: number }>): number {
  const lengths = lengthsByQuarter(lines)
  return lengths.indexOf(Math.max(...lengths))
}

function lengthsByQuarter (lines: ReadonlyArray<{ readonly quad: Quad, readonly length: number }>): number[] {
  const lengths = [0, 0, 0, 0]
  for (const { quad: [topLeft, topRight], length } of lines) {
    const quarter = (Math.round(Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x) / (Math.PI / 2)) + 4) % 4
    lengths[quarter] = (lengths[quarter] ?? 0) + length
  }
  return lengths
}

function pair (quads: readonly Quad[], readings: readonly NetReading[]): Map<Quad, NetReading> {
  return new Map(quads.map((quad, index) => [quad, readings[index] ?? { general: [], latin: [] }]))
}

function meanConfidence (readings: readonly NetReading[]): number {
  return lineConfidence(readings.flatMap(({ general }) => general))
}
