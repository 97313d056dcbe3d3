// What was read in a line, before it has a place in the picture: characters with their places along the line.

/** One character, or several that are drawn as one. */
export interface Glyph {
  readonly text: string
  /** 0..1. */
  readonly confidence: number
  /** Its middle, as a share of the line's width from the start of reading. */
  readonly at: number
}

/** A word of a line. */
export interface ReadWord {
  readonly text: string
  /** 0..1; how sure its reader is, or what that means in shares of right words where it is calibrated. */
  readonly confidence: number
  readonly glyphs: readonly Glyph[]
  /** Where it begins and ends, in shares of the line's width. */
  readonly from: number
  readonly to: number
}

/** The words of a line, in the order of reading. */
export type Transcript = readonly ReadWord[]

/** How sure the reader is of a line, by the length of its words; 0 where there are none. */
export function lineConfidence (words: Transcript): number {
  let sum = 0
  let length = 0
  for (const { confidence, glyphs } of words) {
    sum += confidence * glyphs.length
    length += glyphs.length
  }
  return length === 0 ? 0 : sum / length
}

/** Words with their places along another line: `place` gives a share of its width for one of theirs. */
export function placed (words: Transcript, place: (share: number) => number): Transcript {
  return words.map(word => ({ ...word, from: place(word.from), to: place(word.to), glyphs: word.glyphs.map(glyph => ({ ...glyph, at: place(glyph.at) })) }))
}

/** The text of a line. */
export function textOf (words: Transcript): string {
  return words.map(word => word.text).join(' ')
}
