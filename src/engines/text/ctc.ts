// From a recogniser's steps to words: the likeliest class of each step, repetitions and blanks left out (Graves 2006),
// spaces where they are at all likely, and the place of each character from its step.
import type { Tensor } from '../../runtime/tensor.js'
import { type PriorUse, alignText, searchBeam } from './beam-search.js'
import type { Glyph, ReadWord, Transcript } from './transcript.js'

/** How classes become characters. */
export interface Alphabet {
  /** By class; class 0 is the blank and stands for nothing. */
  readonly characters: readonly string[]
  readonly spaceClass: number
  /** A space stands between two characters where its probabilities, over the steps from one to the other, add up to this. */
  readonly spaceThreshold: number
}

// Of the summary of a step.
const COLUMNS = 3

interface Peak {
  readonly text: string
  readonly confidence: number
  readonly first: number
  last: number
}

/**
 * Reads a line.
 * @param summary [steps, 3]: the likeliest class of each step, its probability and that of a space
 */
export function readSteps ({ data, dims: [steps = 0] }: Tensor, alphabet: Alphabet): Transcript {
  if (!(data instanceof Float32Array)) throw new Error('the recogniser gave no probabilities')
  const peaks = findPeaks(data, steps, alphabet)
  const words: Peak[][] = []
  for (const [index, peak] of peaks.entries()) {
    const before = peaks[index - 1]
    const apart = before === undefined || sumOfSpaces(data, before.last, peak.first) >= alphabet.spaceThreshold
    if (apart) words.push([peak])
    else words.at(-1)?.push(peak)
  }
  const hasWideScript = peaks.some(({ text }) => WIDE_SCRIPT.test(text))
  return placeWords(hasWideScript ? words : words.map(peaks => peaks.map(peak => ({ ...peak, text: inLatin(peak.text) }))), steps)
}

/**
 * Reads a line of which a language has expectations; spaces are characters of it like others.
 * @param probabilities [1, steps, classes], each step summing to 1
 */
export function readWithPrior (probabilities: Tensor, alphabet: Alphabet, use: PriorUse): Transcript {
  const { data, steps, classes } = checked(probabilities, alphabet)
  const words: Peak[][] = [[]]
  for (const { symbol, confidence, first, last } of alignText(data, classes, searchBeam(data, classes, use))) {
    if (symbol === alphabet.spaceClass) words.push([])
    else words.at(-1)?.push({ text: alphabet.characters[symbol] ?? '', confidence, first, last })
  }
  return placeWords(words.filter(word => word.length > 0), steps)
}

function checked ({ data, dims }: Tensor, { characters }: Alphabet): { readonly data: Float32Array, readonly steps: number, readonly classes: number } {
  const [, steps = 0, classes = 0] = dims
  if (!(data instanceof Float32Array) || characters.length !== classes) {
    throw new Error(`the recogniser has ${classes} classes and its alphabet ${characters.length}`)
  }
  return { data, steps, classes }
}

// A net that also reads Chinese writes Latin text with wide brackets and colons now and then.
const WIDE_SCRIPT = /[\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}]/u
const WIDE_MARKS: Readonly<Record<string, string>> = { '。': '.', '、': ',', '【': '[', '】': ']', '《': '<', '》': '>', '「': '"', '」': '"', '—': '-' }

function inLatin (character: string): string {
  const code = character.charCodeAt(0)
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : WIDE_MARKS[character] ?? character
}

function findPeaks (data: Float32Array, steps: number, { characters, spaceClass }: Alphabet): Peak[] {
  const peaks: Peak[] = []
  let previous = 0
  for (let step = 0; step < steps; step++) {
    const best = data[COLUMNS * step]!
    const most = data[COLUMNS * step + 1]!
    const text = characters[best]
    if (text === undefined) throw new Error(`the recogniser gave class ${best}, and its alphabet has ${characters.length}`)
    const last = peaks.at(-1)
    if (best !== 0 && best !== spaceClass) {
      if (best === previous && last !== undefined) peaks[peaks.length - 1] = { ...last, last: step, confidence: Math.max(last.confidence, most) }
      else peaks.push({ text, confidence: most, first: step, last: step })
    }
    previous = best
  }
  return peaks
}

function sumOfSpaces (data: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let step = from; step <= to; step++) sum += data[COLUMNS * step + 2]!
  return sum
}

// A word reaches half the distance of its characters beyond the first and the last, but not into its neighbours.
function placeWords (words: readonly Peak[][], steps: number): Transcript {
  const glyphs = words.map(peaks => peaks.map(({ text, confidence, first, last }): Glyph => ({ text, confidence, at: (first + last + 1) / (2 * steps) })))
  const usualPitch = meanPitch(glyphs)
  return glyphs.map((word, index): ReadWord => {
    const start = word[0]?.at ?? 0
    const end = word.at(-1)?.at ?? 1
    const half = (word.length > 1 ? (end - start) / (word.length - 1) : usualPitch) / 2
    const before = glyphs[index - 1]?.at(-1)?.at
    const after = glyphs[index + 1]?.[0]?.at
    return {
      text: word.map(glyph => glyph.text).join(''),
      confidence: word.reduce((sum, glyph) => sum + glyph.confidence, 0) / word.length,
      glyphs: word,
      from: Math.max(before === undefined ? 0 : (before + start) / 2, start - half),
      to: Math.min(after === undefined ? 1 : (after + end) / 2, end + half)
    }
  })
}

function meanPitch (words: readonly Glyph[][]): number {
  let width = 0
  let steps = 0
  for (const word of words) {
    width += (word.at(-1)?.at ?? 0) - (word[0]?.at ?? 0)
    steps += word.length - 1
  }
  return steps > 0 ? width / steps : 1
}
