// Tells handwriting from print by how sure two nets are of it, and what is kept of a handwritten line.
import type { NetReading } from './line-recogniser.js'
import { type Transcript, lineConfidence } from './transcript.js'

// The net for print is surer of print than this, and surer there than the net that has learnt handwriting as well; of
// handwriting it is not. Measured on pages and on photographs of signs.
const SURE_PRINT = 0.94
const MARGIN = 0.01
// Of less text nothing can be said: a few blurred letters on a photograph are no handwriting.
const MIN_LETTERS = 25
// A picture that is one line is a line that someone cut out: no blurred letters in the background.
const MARGIN_OF_STRIP = 0.03
// Where precision and recall of handwritten words are balanced; of print the measure is another.
const MIN_CONFIDENCE = 0.5

/** Whether lines of one picture are handwritten. */
export function areHandwritten (readings: readonly NetReading[]): boolean {
  const latin = readings.flatMap(reading => reading.latin)
  return lettersOf(latin) >= MIN_LETTERS && isSurerLatin(readings.flatMap(reading => reading.general), latin, MARGIN)
}

/** Whether the only line of a picture is. */
export function isHandwritten ({ general, latin }: NetReading): boolean {
  return isSurerLatin(general, latin, MARGIN_OF_STRIP)
}

/** A handwritten line without the words that are not sure enough. */
export function keepHandwritten ({ latin }: NetReading): Transcript {
  return latin.filter(word => word.confidence >= MIN_CONFIDENCE)
}

function isSurerLatin (general: Transcript, latin: Transcript, margin: number): boolean {
  const print = lineConfidence(general)
  return print < SURE_PRINT && lineConfidence(latin) >= print - margin
}

function lettersOf (words: Transcript): number {
  return words.reduce((sum, { glyphs }) => sum + glyphs.filter(({ text }) => /[\p{L}\p{N}]/u.test(text)).length, 0)
}
