// Two readings of one line become one: words that stand in the same place are compared, and the surer reader wins.
// Accents are taken from the reader that knows them wherever the letters agree.
import type { ReadWord, Transcript } from './transcript.js'

// Words of two readings stand in one place where they share so much of the narrower one's width.
const SAME_PLACE = 0.4
// The first reader is believed from here on, the second from there on where the first is not. Measured on signs and
// receipts; the confidence of each is its own.
const FIRST_SURE = 0.8
const SECOND_SURE = 0.8
// What the first has not seen at all is mostly dirt.
const SECOND_ALONE = 0.9
const MIN_LETTERS_ALONE = 2

/** How far a second reader is believed. */
export interface Trust {
  /** From this confidence on its words stand where the first is unsure. */
  readonly sure: number
  /** The confidence of a word on which both agree is at least this. */
  readonly agreement: number
}

/** A reader that shares nothing with the first. */
export const INDEPENDENT: Trust = { sure: SECOND_SURE, agreement: 0.9 }
/** One that goes on inside the first: it repeats the first's mistakes and is surer of itself, so agreement tells nothing. */
export const RELATED: Trust = { sure: Number(process.env.LSURE ?? 0.9), agreement: 0 }

/** The letters and digits of a text without accents, in lower case: what two readers can agree on. */
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
 * Fuses two readings of one line.
 * @param first the better reader on the whole, which lacks accents
 * @param second the reader that knows accents
 */
export function fuse (first: Transcript, second: Transcript, { sure, agreement }: Trust = INDEPENDENT): Transcript {
  return groupByPlace(first, second).flatMap(({ first, second }) => {
    if (second.length === 0) return first
    if (first.length === 0) return second.filter(word => word.confidence >= Math.max(SECOND_ALONE, sure) && lettersOf(word.text).length >= MIN_LETTERS_ALONE)
    const letters = lettersOf(textOf(first))
    if (letters !== '' && letters === lettersOf(textOf(second))) return agreed(first, second, agreement)
    if (leastConfidence(first) >= FIRST_SURE) return first
    return leastConfidence(second) >= sure && lettersOf(textOf(second)) !== '' ? second : first
  })
}

interface Group {
  readonly first: ReadWord[]
  readonly second: ReadWord[]
}

function groupByPlace (first: Transcript, second: Transcript): Group[] {
  const groups: Array<Group & { from: number, to: number }> = []
  const all = [
    ...first.map(word => ({ word, isFirst: true })),
    ...second.map(word => ({ word, isFirst: false }))
  ].sort((a, b) => a.word.from - b.word.from)
  for (const { word, isFirst } of all) {
    const last = groups.at(-1)
    const shared = last === undefined ? 0 : Math.min(last.to, word.to) - word.from
    const isSame = last !== undefined && shared >= SAME_PLACE * Math.min(word.to - word.from, last.to - last.from)
    const group = isSame ? last : { first: [], second: [], from: word.from, to: word.to }
    if (!isSame) groups.push(group)
    group.to = Math.max(group.to, word.to)
    if (isFirst) group.first.push(word)
    else group.second.push(word)
  }
  return groups
}

function textOf (words: readonly ReadWord[]): string {
  return words.map(word => word.text).join('')
}

function leastConfidence (words: readonly ReadWord[]): number {
  return Math.min(...words.map(word => word.confidence))
}

// The second's spaces and accents, where it is sure of them; else the first's spelling.
function agreed (first: readonly ReadWord[], second: readonly ReadWord[], agreement: number): ReadWord[] {
  const isSure = leastConfidence(second) >= SECOND_SURE
  const spelling = textOf(second)
  const isBetter = withoutAccents(spelling) !== spelling.normalize('NFD') || (mixesCases(textOf(first)) && !mixesCases(spelling))
  const words = isSure && second.length > first.length ? second : isSure && isBetter ? spelledAs(first, spelling) : first
  return words.map(word => ({ ...word, confidence: Math.max(agreement, word.confidence) }))
}

// Letter by letter over all words of the group, punctuation left out on both sides.
function spelledAs (words: readonly ReadWord[], spelling: string): readonly ReadWord[] {
  const letters = [...spelling.normalize('NFC')].filter(isLetter)
  const glyphCount = words.reduce((sum, word) => sum + word.glyphs.filter(glyph => isLetter(glyph.text)).length, 0)
  if (glyphCount !== letters.length) return words
  const keepsCase = !mixesCases(textOf(words))
  let next = 0
  return words.map(word => {
    const glyphs = word.glyphs.map(glyph => {
      if (!isLetter(glyph.text)) return glyph
      const letter = letters[next++] ?? glyph.text
      return { ...glyph, text: keepsCase ? inCaseOf(glyph.text, letter) : letter }
    })
    return { ...word, glyphs, text: glyphs.map(glyph => glyph.text).join('') }
  })
}

// As small capitals are read at times: LoUVRE.
function mixesCases (text: string): boolean {
  return /\p{Ll}\p{Lu}/u.test(text)
}

function isLetter (text: string): boolean {
  return /^[\p{L}\p{N}]/u.test(text)
}

function inCaseOf (model: string, letter: string): string {
  return model === model.toLowerCase() ? letter.toLowerCase() : letter.toUpperCase()
}
