// The worker thread behind image-differ.ts: comparing takes up to a second, which the event loop cannot spare.
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { RgbImage } from '../../imaging/lab-planes.js'
import { createScratch } from '../../imaging/scratch.js'
import { type Comparison, type FeaturesWanted, type Register, compare } from './compare.js'
import { highlight } from './highlight.js'
import { type Shape, shapeOf } from './shape.js'

/** What the worker is asked; the pixels of both pictures are handed over. */
export interface DifferenceTask {
  readonly first: RgbImage
  readonly second: RgbImage
  /** Whether pictures with the differences highlighted are wanted, or shapes. */
  readonly want: 'pictures' | 'shapes'
  /** The answer to an earlier wish for features. */
  readonly register: Register | undefined
}

/** What was found. */
export interface DifferenceResult {
  /** Empty unless shapes were asked for. */
  readonly shapes: ReadonlyArray<{ readonly first: Shape, readonly second: Shape }>
  /** RGB pixels, if pictures were asked for. */
  readonly pictures: { readonly first: Uint8Array<ArrayBuffer>, readonly second: Uint8Array<ArrayBuffer> } | undefined
  /** The greatest colour distance of all, in CIELAB units; 0 where nothing differs. */
  readonly peak: number
  readonly aligned: boolean
}

/** What the worker answers: a result, or the wish for features with the pixels back. */
export type DifferenceAnswer =
  | { readonly kind: 'done', readonly result: DifferenceResult }
  | { readonly kind: 'features_wanted', readonly wanted: FeaturesWanted, readonly first: RgbImage, readonly second: RgbImage }

// Memory of this thread alone, from one pair to the next; it goes with the thread.
const MAX_IDLE_BYTES = 96_000_000
const scratch = createScratch(MAX_IDLE_BYTES)

/** Compares two pictures. Exported for the pool alone. */
export default function compareTask ({ first, second, want, register }: DifferenceTask): unknown {
  const found = compareWithin(first, second, register)
  if ('bySize' in found) {
    return moved({ kind: 'features_wanted', wanted: found, first, second }, [first.data, second.data])
  }
  const { differences, aligned } = found
  const result: DifferenceResult = {
    shapes: want === 'shapes' ? differences.map(({ first, second }) => ({ first: shapeOf(first), second: shapeOf(second) })) : [],
    pictures: want === 'pictures'
      ? { first: highlight(first, differences.map(({ first }) => first)), second: highlight(second, differences.map(({ second }) => second)) }
      : undefined,
    peak: differences.reduce((most, { peak }) => Math.max(most, peak), 0),
    aligned
  }
  return moved({ kind: 'done', result }, result.pictures === undefined ? [] : [result.pictures.first, result.pictures.second])
}

function compareWithin (first: RgbImage, second: RgbImage, register: Register | undefined): Comparison | FeaturesWanted {
  try {
    return compare(first, second, scratch, register)
  } finally {
    scratch.reset()
  }
}

/** Hands pixels over to the other thread instead of copying them. */
function moved (answer: DifferenceAnswer, pixels: readonly Uint8Array[]): unknown {
  return move({
    [transferableSymbol]: pixels.map(({ buffer }) => buffer),
    [valueSymbol]: answer
  } as unknown as Parameters<typeof move>[0])
}
