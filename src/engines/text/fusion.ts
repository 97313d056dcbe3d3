// Several readings of one line become one: words that stand in the same place are compared. The general net is believed
// where it is sure; where the letters agree, spaces come from the net that has learnt them, and accents from whoever saw
// any; where they differ, two against one win.
import { type Glyph, type ReadWord, type Transcript, lineConfidence } from './transcript.js'

/** What the readers made of one line; empty where a reader was not asked or saw nothing. */
export interface Readings {
  /** Of the net that reads most of what there is in print, but few accents. */
  readonly general: Transcript
  /** Of the net for Latin script. It goes on inside the general one, and so repeats its mistakes. */
  readonly latin: Transcript
  /** Of Tesseract, which shares nothing with the nets. */
  readonly tesseract: Transcript
}

// Words of two readings stand in one place where they share so much of the narrower one's width.
const SAME_PLACE = 0.4
// Confidences are each reader's own. From here on the general net is believed alone; measured on signs and receipts.
const GENERAL_SURE = 0.8
// From here on another reader stands where the general net is unsure, and its spelling and spaces are taken where the
// letters agree.
const LATIN_SURE = 0.9
const SURE_SPELLING = 0.8
const TESSERACT_SURE = 0.8
// In a language with accents, where all read the same letters, Tesseract's are taken from here on: it doubts most the words
// that have some.
const LIKELY_ACCENTS = 0.5
// The mean of two that agree against the general net.
const PAIR_SURE = 0.8
// With Tesseract as sure as can be.
const PAIR_POSSIBLE = 2 * PAIR_SURE - 1
// Of lines that both nets read less surely than this, and differently, Tesseract makes nothing: of 18 on photographs of
// signs one word, and that a wrong one.
const LEGIBLE = 0.5
// What one reader alone has seen is mostly dirt.
const SEEN_ALONE = 0.9
const MIN_LETTERS_ALONE = 2
/** The confidence of a word on which Tesseract agrees with a net is at least this. */
const AGREED = 0.9

/** The letters and digits of a text without accents, in lower case: what readers can agree on. */
export function lettersOf (text: string): string {
  return withoutAccents(text).toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** The text with accents taken off, and the letters that others write as two. */
export function withoutAccents (text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/œ/g, 'oe').replace(/Œ/g, 'OE').replace(/æ/g, 'ae').replace(/Æ/g, 'AE')
}

/** Whether a text has letters that carry accents in languages of Latin script. */
export function canCarryAccents (text: string): boolean {
  return /[aceinouy]/i.test(text)
}

/**
 * Whether a third reader can change what the nets read in a line: a word that the general net is unsure of, in letters or case, or one that
 * the other reads otherwise and is sure enough of to win with Tesseract beside it. What neither net can read, it cannot.
 */
export function isUndecided (general: Transcript, latin: Transcript): boolean {
  const isSame = lettersOf(textOf(general)) === lettersOf(textOf(latin))
  if (!isSame && Math.max(lineConfidence(general), lineConfidence(latin)) < LEGIBLE) return false
  if (general.some(({ text, confidence }) => confidence < GENERAL_SURE || mixesCases(text))) return true
  return !isSame && groupByPlace([general, latin]).some(([general = [], latin = []]) =>
    lettersOf(textOf(general)) !== lettersOf(textOf(latin)) && leastConfidence(latin) >= PAIR_POSSIBLE)
}

/**
 * Fuses the readings of a printed line.
 * @param accents whether the text is of a language with accents
 */
export function fusePrint ({ general, latin, tesseract }: Readings, accents = false): Transcript {
  const agreed = (first: readonly ReadWord[], latin: readonly ReadWord[], tesseract: readonly ReadWord[]): readonly ReadWord[] =>
    agreedWords(first, latin, tesseract, accents ? LIKELY_ACCENTS : SURE_SPELLING)
  return groupByPlace([general, latin, tesseract]).flatMap(([general = [], latin = [], tesseract = []]) => {
    const letters = lettersOf(textOf(general))
    const asRead = (words: readonly ReadWord[]): boolean => words.length > 0 && lettersOf(textOf(words)) === letters
    if (letters !== '' && (asRead(latin) || asRead(tesseract))) {
      return agreed(general, asRead(latin) ? latin : [], asRead(tesseract) ? tesseract : [])
    }
    if (isPair(latin, tesseract)) return agreed(latin, [], tesseract)
    if (general.length === 0) return (latin.length > 0 ? latin : tesseract).filter(standsAlone)
    if (leastConfidence(general) >= GENERAL_SURE) return general
    if (isSure(latin, LATIN_SURE)) return latin
    return isSure(tesseract, TESSERACT_SURE) ? tesseract : general
  })
}

// Two that read the same letters, and are sure enough together, against the general net.
function isPair (latin: readonly ReadWord[], tesseract: readonly ReadWord[]): boolean {
  const letters = lettersOf(textOf(latin))
  return letters !== '' && letters === lettersOf(textOf(tesseract)) && (leastConfidence(latin) + leastConfidence(tesseract)) / 2 >= PAIR_SURE
}

function isSure (words: readonly ReadWord[], least: number): boolean {
  return lettersOf(textOf(words)) !== '' && leastConfidence(words) >= least
}

function standsAlone ({ confidence, text }: ReadWord): boolean {
  return confidence >= SEEN_ALONE && lettersOf(text).length >= MIN_LETTERS_ALONE
}

// All have the same letters: words as the one with the better spaces sets them, letters as the best spellings have them.
function agreedWords (first: readonly ReadWord[], latin: readonly ReadWord[], tesseract: readonly ReadWord[], leastSpelling: number): readonly ReadWord[] {
  const spaced = isSure(latin, SURE_SPELLING) ? latin : isSure(tesseract, SURE_SPELLING) && tesseract.length > first.length ? tesseract : first
  const spellings = [...isSure(tesseract, leastSpelling) ? [tesseract] : [], ...isSure(latin, SURE_SPELLING) ? [latin] : []]
  const words = spelled(spaced.length === first.length ? first : spaced, [...spellings, first].map(textOf))
  return tesseract.length > 0 ? words.map(word => ({ ...word, confidence: Math.max(AGREED, word.confidence) })) : words
}

/** Words of several readings by the place where they stand: for each place the words of each reading, in the readings' order. */
export function groupByPlace (readings: readonly Transcript[]): ReadWord[][][] {
  const groups: Array<{ readonly words: ReadWord[][], readonly from: number, to: number }> = []
  const all = readings.flatMap((words, reader) => words.map(word => ({ word, reader }))).sort((a, b) => a.word.from - b.word.from)
  for (const { word, reader } of all) {
    const last = groups.at(-1)
    const shared = last === undefined ? 0 : Math.min(last.to, word.to) - word.from
    const isSame = last !== undefined && shared >= SAME_PLACE * Math.min(word.to - word.from, last.to - last.from)
    const group = isSame ? last : { words: readings.map((): ReadWord[] => []), from: word.from, to: word.to }
    if (!isSame) groups.push(group)
    group.to = Math.max(group.to, word.to)
    group.words[reader]?.push(word)
  }
  return groups.map(({ words }) => words)
}

function textOf (words: readonly ReadWord[]): string {
  return words.map(word => word.text).join('')
}

function leastConfidence (words: readonly ReadWord[]): number {
  return words.length === 0 ? 0 : Math.min(...words.map(word => word.confidence))
}

/**
 * Words in better letters: each letter as the first spelling that has an accent there writes it, in the words' own case
 * unless they mix cases and a spelling does not. Punctuation is left out on all sides.
 */
function spelled (words: readonly ReadWord[], spellings: readonly string[]): readonly ReadWord[] {
  const text = textOf(words)
  const model = mixesCases(text) ? spellings.find(spelling => !mixesCases(spelling)) ?? text : text
  const [cases = [], ...letters] = [model, ...spellings].map(lettersIn)
  const count = words.reduce((sum, word) => sum + word.glyphs.filter(isLetter).length, 0)
  const whole = letters.filter(spelling => spelling.length === count)
  if (cases.length !== count || whole.length === 0) return words
  let next = 0
  return words.map(word => {
    const glyphs = word.glyphs.map(glyph => {
      if (!isLetter(glyph)) return glyph
      const accented = whole.map(spelling => spelling[next] ?? glyph.text).find(letter => withoutAccents(letter) !== letter.normalize('NFD'))
      const text = inCaseOf(cases[next] ?? glyph.text, accented ?? glyph.text)
      next++
      return { ...glyph, text }
    })
    return { ...word, glyphs, text: glyphs.map(glyph => glyph.text).join('') }
  })
}

// As small capitals are read at times: LoUVRE.
function mixesCases (text: string): boolean {
  return /\p{Ll}\p{Lu}/u.test(text)
}

function lettersIn (text: string): string[] {
  return [...text.normalize('NFC')].filter(letter => /^[\p{L}\p{N}]/u.test(letter))
}

function isLetter ({ text }: Glyph): boolean {
  return /^[\p{L}\p{N}]/u.test(text)
}

function inCaseOf (model: string, letter: string): string {
  return model === model.toLowerCase() ? letter.toLowerCase() : letter.toUpperCase()
}
