// Lines of clean print read at less than their width, which saves as much of the nets' time. Squeezed, a net loses letters,
// above all one of two equal ones, but it invents none, and of two nets each loses others: what both have read, or what one
// has read in full and the other in part, is right. A line where they contradict each other is worth its whole width.
import { groupByPlace, lettersOf } from './fusion.js'
import type { NetReading } from './line-recogniser.js'
import { type ReadWord, type Transcript, lineConfidence, textOf } from './transcript.js'

/** The share of their width that lines are read at. Measured on a dense page: .7 costs as much, because more is read again. */
export const NARROW = 0.75

// A picture of fewer lines has little to save.
const MANY_LINES = 24
// Print so sure, and so much of it read alike by both nets, is clean.
const CLEAN_PRINT = 0.94
const MOSTLY_ALIKE = 0.8
// A word that is kept is at least so sure (text-reader.ts drops others).
const SURE_WORD = 0.8
// So many lines tell whether a page's letters are wide enough to be squeezed, and so much of them must then be settled.
const PROBE = 12
const WIDE_ENOUGH = 0.67

/**
 * Whether it is worth trying on a picture.
 * @param sample what was read of some of its lines at their whole width
 * @param rest how many lines are still to be read
 */
export function isCleanPrint (sample: readonly NetReading[], rest: number): boolean {
  if (rest < MANY_LINES || sample.length === 0) return false
  const alike = sample.filter(({ general, latin }) => lettersOf(textOf(general)) === lettersOf(textOf(latin))).length
  return alike >= MOSTLY_ALIKE * sample.length && lineConfidence(sample.flatMap(({ general }) => general)) >= CLEAN_PRINT
}

/** How lines are read: narrow, or at their whole width. */
export interface ReadLines<Line> {
  readonly narrow: (lines: readonly Line[]) => Promise<NetReading[]>
  readonly whole: (lines: readonly Line[]) => Promise<NetReading[]>
}

/** Reads lines narrow, and those that this leaves open, or all where it leaves many of the first ones open, at their whole width. */
export async function readNarrowFirst<Line> (lines: readonly Line[], { narrow, whole }: ReadLines<Line>): Promise<NetReading[]> {
  const first = await settleAll(lines.slice(0, PROBE), narrow)
  const isWide = first.filter(reading => reading !== undefined).length >= WIDE_ENOUGH * first.length
  const rest = isWide ? await settleAll(lines.slice(PROBE), narrow) : lines.slice(PROBE).map(() => undefined)
  const settled = [...first, ...rest]
  const open = lines.filter((_, index) => settled[index] === undefined)
  const again = (await whole(open)).values()
  return settled.map(reading => reading ?? again.next().value ?? { general: [], latin: [] })
}

async function settleAll<Line> (lines: readonly Line[], narrow: ReadLines<Line>['narrow']): Promise<Array<NetReading | undefined>> {
  return (await narrow(lines)).map(settle)
}

/**
 * What two nets have read of a squeezed line, each with what the other alone has not lost. Undefined where they contradict
 * each other, where a word is not sure, where one saw nothing, and where there are digits: of a lost digit nobody would know.
 */
export function settle ({ general, latin }: NetReading): NetReading | undefined {
  const letters = [general, latin].map(words => lettersOf(textOf(words)))
  if (letters.includes('') || letters.some(text => /\p{N}/u.test(text))) return undefined
  const settled: { readonly general: ReadWord[], readonly latin: ReadWord[] } = { general: [], latin: [] }
  for (const [ofGeneral = [], ofLatin = []] of groupByPlace([general, latin])) {
    const pair = settleWords(ofGeneral, ofLatin)
    if (pair === undefined) return undefined
    settled.general.push(...pair.general)
    settled.latin.push(...pair.latin)
  }
  return settled
}

function settleWords (general: Transcript, latin: Transcript): NetReading | undefined {
  const [a, b] = [general, latin].map(words => lettersOf(textOf(words))) as [string, string]
  // Marks alone.
  if (a === '' && b === '') return { general, latin }
  if (a === b) {
    const surest = Math.max(leastConfidence(general), leastConfidence(latin))
    if (surest < SURE_WORD) return undefined
    const inFull = leastConfidence(latin) >= SURE_WORD && isInFull(marked(latin), marked(general)) ? latin : general
    const words = inFull.map(word => ({ ...word, confidence: Math.max(surest, word.confidence) }))
    return { general: words, latin: inFull === latin ? words : latin }
  }
  const inFull = isInFull(b, a) ? latin : isInFull(a, b) ? general : undefined
  return inFull === undefined || leastConfidence(inFull) < SURE_WORD ? undefined : { general: inFull, latin: inFull }
}

/** Whether a text is another one with more in it. */
function isInFull (text: string, part: string): boolean {
  if (text.length <= part.length) return false
  let next = 0
  for (const character of text) if (character === part[next]) next++
  return next === part.length
}

// With marks, quotes of all kinds alike.
function marked (words: Transcript): string {
  return textOf(words).normalize('NFD').replace(/[\p{M}\s]/gu, '').toLowerCase().replace(/[“”„]/g, '"').replace(/[‘’]/g, '\'')
}

function leastConfidence (words: Transcript): number {
  return words.length === 0 ? 0 : Math.min(...words.map(word => word.confidence))
}
