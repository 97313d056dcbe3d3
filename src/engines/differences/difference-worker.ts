// The worker thread behind image-differ.ts: comparing takes up to a second, which the event loop cannot spare.
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { RgbImage } from '../../imaging/lab-planes.js'
import { createScratch } from '../../imaging/scratch.js'
import { compare } from './compare.js'
import { highlight } from './highlight.js'
import { type Shape, shapeOf } from './shape.js'

/** What the worker is asked; the pixels of both pictures are handed over. */
export interface DifferenceTask {
  readonly first: RgbImage
  readonly second: RgbImage
  /** Whether pictures with the differences highlighted are wanted, or shapes. */
  readonly want: 'pictures' | 'shapes'
}

/** What the worker answers. */
export interface DifferenceResult {
  /** Empty unless shapes were asked for. */
  readonly shapes: ReadonlyArray<{ readonly first: Shape, readonly second: Shape }>
  /** RGB pixels, if pictures were asked for. */
  readonly pictures: { readonly first: Uint8Array<ArrayBuffer>, readonly second: Uint8Array<ArrayBuffer> } | undefined
  /** The greatest colour distance of all, in CIELAB units; 0 where nothing differs. */
  readonly peak: number
  readonly aligned: boolean
}

// Memory of this thread alone, from one pair to the next; it goes with the thread.
const MAX_IDLE_BYTES = 96_000_000
const scratch = createScratch(MAX_IDLE_BYTES)

/** Compares two pictures. Exported for the pool alone. */
export default function compareTask ({ first, second, want }: DifferenceTask): unknown {
  const { differences, aligned } = compare(first, second, scratch)
  scratch.reset()
  const result: DifferenceResult = {
    shapes: want === 'shapes' ? differences.map(({ first, second }) => ({ first: shapeOf(first), second: shapeOf(second) })) : [],
    pictures: want === 'pictures'
      ? { first: highlight(first, differences.map(({ first }) => first)), second: highlight(second, differences.map(({ second }) => second)) }
      : undefined,
    peak: differences.reduce((most, { peak }) => Math.max(most, peak), 0),
    aligned
  }
  const { pictures } = result
  if (pictures === undefined) return result
  return move({
    [transferableSymbol]: [pictures.first.buffer, pictures.second.buffer],
    [valueSymbol]: result
  } as unknown as Parameters<typeof move>[0])
}
