// Lines of clean print read at less than their width, which saves as much of the nets' time. Squeezed, the general net loses
// letters, above all one of two equal ones; the Latin one has twice as many steps and has learnt squeezed lines. What both read,
// or the Latin one surely, is right; the other words are worth their whole width.
import { groupByPlace, lettersOf } from './fusion.js'
import type { NetReading } from './line-recogniser.js'
import { lineConfidence, placed, type Transcript, textOf } from './transcript.js'

/** The share of their width that lines are read at (`node bench/text.mjs dense`: word F .989, at the whole width .990). */
export const NARROW = 0.75

// A picture of fewer lines has little to save.
const MANY_LINES = 24
// Print so sure, and so much of it read alike by both nets, is clean.
const CLEAN_PRINT = 0.94
const MOSTLY_ALIKE = 0.8
// A word on which both agree is kept where one of them is so sure (text-reader.ts drops others).
const SURE_WORD = 0.8
// A word that the Latin net reads so surely is right where the other one, which has half as many steps, has lost letters.
const SURE_ALONE = 0.98
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

/** How lines are read. */
export interface ReadLines<Line> {
  /** Narrow. */
  readonly narrow: (lines: readonly Line[]) => Promise<NetReading[]>
  /** At their whole width. */
  readonly whole: (lines: readonly Line[]) => Promise<NetReading[]>
  /** A part of a line, as a line. */
  readonly part: (line: Line, span: Span) => Line
}

/** A part of a line, in shares of its width. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What a narrow reading has settled of a line, and what it leaves open. */
export interface Settled {
  readonly reading: NetReading
  /** In the order of reading, apart from one another; the whole line where nothing of it is settled. */
  readonly open: readonly OpenSpan[]
}

/** A part to be read again, with the words beside it: at its very edges a part is misread. Its own ends are open where the line's are. */
interface OpenSpan extends Span {
  readonly around: Span
}

const WHOLE_LINE: OpenSpan = { from: -Infinity, to: Infinity, around: { from: 0, to: 1 } }
const NOTHING: NetReading = { general: [], latin: [] }
// What is read again stands in a span, or for a word, that it covers by so much of the shorter of the two.
const SAME_PLACE = 0.5

/** Reads lines narrow, and what this leaves open, or all where it leaves many of the first ones open, at the whole width. */
export async function readNarrowFirst<Line> (lines: readonly Line[], { narrow, whole, part }: ReadLines<Line>): Promise<NetReading[]> {
  const settleAll = async (lines: readonly Line[]): Promise<Settled[]> => (await narrow(lines)).map(settle)
  const first = await settleAll(lines.slice(0, PROBE))
  const rest = lines.slice(PROBE)
  const isWide = first.filter(({ open }) => open.length === 0).length >= WIDE_ENOUGH * first.length
  const settled = [...first, ...isWide ? await settleAll(rest) : rest.map(() => ({ reading: NOTHING, open: [WHOLE_LINE] }))]
  const parts = lines.flatMap((line, index) => settled[index]?.open.map(({ around }) => part(line, around)) ?? [])
  const again = (await whole(parts)).values()
  return settled.map(({ reading, open }) => open.reduce((line, span) => patch(line, span, again.next().value ?? NOTHING), reading))
}

/**
 * What two nets have read of a squeezed line, where they agree or the Latin one is sure. Open is the rest, and where there are
 * digits: of a lost digit nobody would know. A line of which one saw nothing is open as a whole.
 */
export function settle ({ general, latin }: NetReading): Settled {
  if ([general, latin].some(words => lettersOf(textOf(words)) === '')) return { reading: NOTHING, open: [WHOLE_LINE] }
  const places = groupByPlace([general, latin]).map(([ofGeneral = [], ofLatin = []]) => ({ ...extentOf([...ofGeneral, ...ofLatin]), settled: settleWords(ofGeneral, ofLatin) }))
  // To the middle of the spaces beside a place.
  const startOf = (index: number): number => index <= 0 ? -Infinity : (places[index - 1]!.to + places[index]!.from) / 2
  const endOf = (index: number): number => index >= places.length - 1 ? Infinity : startOf(index + 1)
  // First and last place of each open part; two parts that would share the word between them are one.
  const runs: Array<[number, number]> = []
  for (const [index, { settled }] of places.entries()) {
    if (settled !== undefined) continue
    const last = runs.at(-1)
    if (last !== undefined && index - last[1] <= 2) last[1] = index
    else runs.push([index, index])
  }
  const open = runs.map(([first, last]): OpenSpan => ({
    from: startOf(first), to: endOf(last), around: { from: Math.max(0, startOf(first - 1)), to: Math.min(1, endOf(last + 1)) }
  }))
  const kept = places.flatMap(({ settled }, index) => settled === undefined || runs.some(([first, last]) => first <= index && index <= last) ? [] : settled)
  return { reading: { general: kept.flatMap(({ general }) => general), latin: kept.flatMap(({ latin }) => latin) }, open }
}

/** A line with what was read again of an open part; of the words beside it the line's own stay. */
function patch (line: NetReading, span: OpenSpan, again: NetReading): NetReading {
  const { from, to } = span.around
  const join = (words: Transcript, again: Transcript): Transcript => {
    const found = placed(again, share => from + share * (to - from)).filter(word => isAt(word, span))
    // Where the space before a word is missed, its neighbour is part of it.
    return [...words.filter(word => !found.some(other => isAt(word, other))), ...found].sort((a, b) => a.from - b.from)
  }
  return { general: join(line.general, again.general), latin: join(line.latin, again.latin) }
}

function isAt (word: Span, span: Span): boolean {
  return Math.min(word.to, span.to) - Math.max(word.from, span.from) >= SAME_PLACE * Math.min(word.to - word.from, span.to - span.from)
}

function extentOf (words: Transcript): Span {
  return { from: Math.min(...words.map(word => word.from)), to: Math.max(...words.map(word => word.to)) }
}

function settleWords (general: Transcript, latin: Transcript): NetReading | undefined {
  const [a, b] = [general, latin].map(words => lettersOf(textOf(words))) as [string, string]
  if (/\p{N}/u.test(a + b)) return undefined
  // Marks alone.
  if (a === '' && b === '') return { general, latin }
  if (a === b) {
    const surest = Math.max(leastConfidence(general), leastConfidence(latin))
    if (surest < SURE_WORD) return undefined
    const inFull = leastConfidence(latin) >= SURE_WORD && isInFull(marked(latin), marked(general)) ? latin : general
    const words = inFull.map(word => ({ ...word, confidence: Math.max(surest, word.confidence) }))
    return { general: words, latin: inFull === latin ? words : latin }
  }
  return leastConfidence(latin) >= SURE_ALONE ? { general: latin, latin } : undefined
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
