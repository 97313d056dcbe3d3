// Text in a picture: lines are found, laid straight, read, read once more where that can change the answer, and put in
// reading order.
import { Failure } from '../errors.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { mapQuad, type Quad, quadHeight, quadWidth, sliceQuad, turnQuad } from '../imaging/quad.js'
import type { QuarterTurns } from '../imaging/turn-image.js'
import { type Directed, directLines, quartersOf, turnOf } from './text/direction.js'
import { canCarryAccents, fusePrint, isUndecided } from './text/fusion.js'
import { areHandwritten, isHandwritten, keepHandwritten } from './text/handwriting.js'
import { layOut } from './text/layout.js'
import type { LineDetector } from './text/line-detector.js'
import type { LineRecogniser, NetReading } from './text/line-recogniser.js'
import { isCleanPrint, NARROW, readNarrowFirst } from './text/narrow-reading.js'
import type { TextLine, TextPage } from './text/page.js'
import type { ReadLine } from './text/tesseract-reader.js'
import { lineConfidence, textOf, type Transcript } from './text/transcript.js'

/** Runs pieces of one request's work, at best several at a time; results in the order of the items. */
export type Spread = <T, R>(items: readonly T[], work: (item: T) => Promise<R>) => Promise<R[]>

/** The engines that a reader is made of. */
export interface TextReaderParts {
  readonly detector: LineDetector
  readonly recogniser: LineRecogniser
  /** A reader that shares nothing with the nets; undefined where there is none. */
  readonly tesseract: ReadLine | undefined
  /** Lines of one picture at most. */
  readonly maxLines: number
}

/** What one picture is read with. */
export interface ReadingConditions {
  readonly spread: Spread
  /**
   * Whether such lines, as the nets gave them, may lack accents.
   * @param words those of their words that were read surely
   */
  mayLackAccents (lines: readonly string[], words: readonly string[]): Promise<boolean>
}

export interface TextReader {
  /** The size at which lines are looked for. */
  sizeFor: LineDetector['sizeFor']
  /**
   * Reads a picture.
   * @param image as large as it is to be read
   * @param small the same picture at the size that `sizeFor` gives
   * @throws Failure too_large where there are more lines than the limit
   */
  read (image: DecodedImage, small: DecodedImage, conditions: ReadingConditions): Promise<TextPage>
}

/** A line as it was read in one direction. */
interface Reading extends NetReading {
  readonly quad: Quad
}

/** What is kept of a line. */
interface KeptLine {
  readonly quad: Quad
  readonly transcript: Transcript
}

// A frame higher than this times its width holds a line that runs downwards.
const TALL = 1.5
// A word from here on was read surely enough to tell a language by.
const SURE_WORD = 0.8
// Where precision and recall of words on photographs are balanced.
const MIN_WORD_CONFIDENCE = 0.8
// A picture so much longer than high may be one line that someone has cut out. Read whole, it must tell so much of what
// the detector's frames tell, which cut letters at the edges of such a picture.
const STRIP = 3
const ENOUGH_OF_FOUND = 0.8
// Where the detector sees nothing at all, a whole picture is a line only if it is read so surely: lines cut out are, at
// .73 and more, and of soft noise come two letters at .73, longer texts at .6.
const SURE_STRIP = 0.7
const MIN_LETTERS_OF_STRIP = 4
const NOTHING_READ: NetReading = { general: [], latin: [] }

/** Makes a reader. */
export function createTextReader ({ detector, recogniser, tesseract, maxLines }: TextReaderParts): TextReader {
  async function readLines (image: DecodedImage, quads: readonly Quad[], spread: Spread, share = 1): Promise<NetReading[]> {
    return await spread(quads, async quad => await recogniser.read(image, inPixelsOf(image, quad), share))
  }

  async function readRest (image: DecodedImage, quads: readonly Quad[], sample: readonly NetReading[], spread: Spread): Promise<NetReading[]> {
    const whole = async (quads: readonly Quad[]): Promise<NetReading[]> => await readLines(image, quads, spread)
    if (!isCleanPrint(sample, quads.length)) return await whole(quads)
    return await readNarrowFirst(quads, { narrow: async quads => await readLines(image, quads, spread, NARROW), whole, part: (quad, { from, to }) => sliceQuad(quad, from, to) })
  }

  async function find (small: DecodedImage, turns: QuarterTurns): Promise<Quad[]> {
    const quads = (await detector.detect(small, turns)).map(line => line.quad)
    if (quads.length > maxLines) throw new Failure('too_large', `the picture has ${quads.length} lines of text; the limit is ${maxLines}`)
    return quads
  }

  // Level lines and upright ones each have a direction of their own.
  async function direct (image: DecodedImage, quads: readonly Quad[], spread: Spread): Promise<Directed> {
    const read = async (sample: readonly Quad[]) => await readLines(image, sample, spread)
    const level = await directLines(quads.filter(quad => !isTall(quad)), read)
    const tall = await directLines(quads.filter(isTall).map(quad => turnQuad(quad, 1)), read)
    return { quads: [...level.quads, ...tall.quads], known: new Map([...level.known, ...tall.known]) }
  }

  async function readPrint (image: DecodedImage, readings: readonly Reading[], { spread, mayLackAccents }: ReadingConditions): Promise<KeptLine[]> {
    const lines = readings.map(({ general, latin }) => latin.length > 0 ? latin : general).filter(line => line.length > 0)
    const sure = lines.flat().filter(word => word.confidence >= SURE_WORD).map(word => word.text)
    const accents = tesseract !== undefined && await mayLackAccents(lines.map(textOf), sure)
    return await spread(readings, async ({ quad, general, latin }) => {
      const isOpen = isUndecided(general, latin) || (accents && canCarryAccents(textOf(general)))
      const third = isOpen ? await tesseract?.(image, inPixelsOf(image, quad)) : undefined
      const words = fusePrint({ general, latin, tesseract: third ?? [] }, accents)
      return { quad, transcript: words.filter(word => word.confidence >= MIN_WORD_CONFIDENCE) }
    })
  }

  async function readFound (image: DecodedImage, small: DecodedImage, conditions: ReadingConditions): Promise<KeptLine[]> {
    const asItLies = await direct(image, await find(small, 0), conditions.spread)
    const turns = turnOf(asItLies.quads)
    const { quads, known } = turns === 0 ? asItLies : await direct(image, await find(small, turns), conditions.spread)
    const unread = quads.filter(quad => !known.has(quad))
    const rest = await readRest(image, unread, [...known.values()], conditions.spread)
    const readings = quads.map((quad): Reading => ({ quad, ...known.get(quad) ?? rest[unread.indexOf(quad)] ?? NOTHING_READ }))
    if (areHandwritten(readings)) return readings.map(reading => ({ quad: reading.quad, transcript: keepHandwritten(reading) }))
    return await readPrint(image, readings, conditions)
  }

  // The whole picture as one line, which the detector takes apart now and then. Undefined where it is none.
  async function readStrip (image: DecodedImage, isSeen: boolean, conditions: ReadingConditions): Promise<KeptLine | undefined> {
    const { width, height } = image.original
    if (Math.max(width, height) < STRIP * Math.min(width, height)) return undefined
    const whole: Quad = [{ x: 0, y: 0 }, { x: width, y: 0 }, { x: width, y: height }, { x: 0, y: height }]
    const { known } = await directLines([width < height ? turnQuad(whole, 1) : whole], async quads => await readLines(image, quads, conditions.spread))
    const [reading] = [...known].map(([quad, read]): Reading => ({ quad, ...read }))
    if (reading === undefined || !(isSeen || isSureStrip(reading))) return undefined
    if (isHandwritten(reading)) return { quad: reading.quad, transcript: keepHandwritten(reading) }
    return (await readPrint(image, [reading], conditions))[0]
  }

  return {
    sizeFor: original => detector.sizeFor(original),
    async read (image, small, conditions) {
      const found = await readFound(image, small, conditions)
      const strip = await readStrip(image, found.length > 0, conditions)
      const kept = strip !== undefined && evidenceOf([strip]) > ENOUGH_OF_FOUND * evidenceOf(found) ? [strip] : found
      const lines = kept.flatMap(({ quad, transcript }): TextLine[] => transcript.length === 0
        ? []
        : [{ quad, words: transcript.map(word => ({ ...word, quad: sliceQuad(quad, word.from, word.to) })) }])
      return { paragraphs: layOut(lines, quartersOf(lines.map(({ quad, words }) => ({ quad, length: words.reduce((sum, word) => sum + word.glyphs.length, 0) })))) }
    }
  }
}

function isSureStrip ({ general, latin }: NetReading): boolean {
  return [general, latin].some(words => lineConfidence(words) >= SURE_STRIP && words.reduce((sum, { glyphs }) => sum + glyphs.length, 0) >= MIN_LETTERS_OF_STRIP)
}

// How much was read, and how surely.
function evidenceOf (lines: readonly KeptLine[]): number {
  return lines.reduce((sum, { transcript }) => sum + transcript.reduce((sum, { confidence, glyphs }) => sum + confidence * glyphs.length, 0), 0)
}

function inPixelsOf (image: DecodedImage, quad: Quad): Quad {
  const scaleX = image.width / image.original.width
  const scaleY = image.height / image.original.height
  return mapQuad(quad, ({ x, y }) => ({ x: x * scaleX, y: y * scaleY }))
}

function isTall (quad: Quad): boolean {
  return quadHeight(quad) >= TALL * quadWidth(quad)
}
