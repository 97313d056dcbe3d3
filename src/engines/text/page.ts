// What a reader makes of a picture, from the whole down to the word.
import type { Quad } from '../../imaging/quad.js'
import type { ReadWord } from './transcript.js'

/** A word in the picture; the quad in pixels of the upright original, corners in reading order. */
export interface PlacedWord extends ReadWord {
  readonly quad: Quad
}

/** Words in the order of reading; there is at least one. The quad encloses what was read as one piece. */
export interface TextLine {
  readonly quad: Quad
  readonly words: readonly PlacedWord[]
}

/** Lines that follow one another. */
export interface Paragraph {
  readonly lines: readonly TextLine[]
}

/** All text of a picture. */
export interface TextPage {
  /** In the order of reading. */
  readonly paragraphs: readonly Paragraph[]
}
