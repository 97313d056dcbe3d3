// Text in a picture: lines are found, laid straight, read, read once more where that can change the answer, and put in
// reading order.
import { Failure } from '../errors.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { mapQuad, type Quad, quadHeight, quadWidth, sliceQuad, turnQuad } from '../imaging/quad.js'
import { canCarryAccents, differ, fusePrint } from './text/fusion.js'
import { areHandwritten, isHandwritten, keepHandwritten } from './text/handwriting.js'
import { layOut } from './text/layout.js'
import type { LineDetector } from './text/line-detector.js'
import type { LineRecogniser, NetReading } from './text/line-recogniser.js'
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
  /** Whether such lines, as the nets gave them, may lack accents. */
  mayLackAccents (lines: readonly string[]): Promise<boolean>
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
// Upright text is read surely; below this it may stand on its head. The other way must be clearly better.
const SURE_UPRIGHT = 0.85
const CLEARLY_BETTER = 0.02
// A word below this is worth asking another reader.
const SURE_WORD = 0.8
// Where precision and recall of words on photographs are balanced.
const MIN_WORD_CONFIDENCE = 0.8
// A picture so much longer than high may be one line that someone has cut out.
const STRIP = 5

/** Makes a reader. */
export function createTextReader ({ detector, recogniser, tesseract, maxLines }: TextReaderParts): TextReader {
  async function readLines (image: DecodedImage, quads: readonly Quad[], spread: Spread): Promise<Reading[]> {
    return await spread(quads, async quad => ({ quad, ...await recogniser.read(image, inPixelsOf(image, quad)) }))
  }

  // Lines of one direction stand on their heads together.
  async function readUpright (image: DecodedImage, quads: readonly Quad[], spread: Spread): Promise<Reading[]> {
    const readings = await readLines(image, quads, spread)
    const confidence = meanConfidence(readings)
    if (readings.length === 0 || confidence >= SURE_UPRIGHT) return readings
    const turned = await readLines(image, quads.map(quad => turnQuad(quad, 2)), spread)
    return meanConfidence(turned) > confidence + CLEARLY_BETTER ? turned : readings
  }

  async function readPrint (image: DecodedImage, readings: readonly Reading[], { spread, mayLackAccents }: ReadingConditions): Promise<KeptLine[]> {
    const accents = tesseract !== undefined && await mayLackAccents(readings.map(({ general }) => textOf(general)).filter(text => text !== ''))
    return await spread(readings, async ({ quad, general, latin }) => {
      const isOpen = general.some(word => word.confidence < SURE_WORD) || differ(general, latin) || (accents && canCarryAccents(textOf(general)))
      const third = isOpen ? await tesseract?.(image, inPixelsOf(image, quad)) : undefined
      const words = fusePrint({ general, latin, tesseract: third ?? [] })
      return { quad, transcript: words.filter(word => word.confidence >= MIN_WORD_CONFIDENCE) }
    })
  }

  async function readFound (image: DecodedImage, quads: readonly Quad[], conditions: ReadingConditions): Promise<KeptLine[]> {
    const level = await readUpright(image, quads.filter(quad => !isTall(quad)), conditions.spread)
    const tall = await readUpright(image, quads.filter(isTall).map(quad => turnQuad(quad, 1)), conditions.spread)
    const readings = [...level, ...tall]
    if (areHandwritten(readings)) return readings.map(reading => ({ quad: reading.quad, transcript: keepHandwritten(reading) }))
    return await readPrint(image, readings, conditions)
  }

  // The whole picture as one line, which the detector takes apart now and then. Undefined where it is none.
  async function readStrip (image: DecodedImage, conditions: ReadingConditions): Promise<KeptLine | undefined> {
    const { width, height } = image.original
    if (Math.max(width, height) < STRIP * Math.min(width, height)) return undefined
    const whole: Quad = [{ x: 0, y: 0 }, { x: width, y: 0 }, { x: width, y: height }, { x: 0, y: height }]
    const [reading] = await readUpright(image, [width < height ? turnQuad(whole, 1) : whole], conditions.spread)
    if (reading === undefined) return undefined
    if (isHandwritten(reading)) return { quad: reading.quad, transcript: keepHandwritten(reading) }
    return (await readPrint(image, [reading], conditions))[0]
  }

  return {
    sizeFor: original => detector.sizeFor(original),
    async read (image, small, conditions) {
      const quads = (await detector.detect(small)).map(line => line.quad)
      if (quads.length > maxLines) throw new Failure('too_large', `the picture has ${quads.length} lines of text; the limit is ${maxLines}`)
      const found = await readFound(image, quads, conditions)
      const strip = await readStrip(image, conditions)
      const kept = strip !== undefined && evidenceOf([strip]) > evidenceOf(found) ? [strip] : found
      const lines = kept.flatMap(({ quad, transcript }): TextLine[] => transcript.length === 0
        ? []
        : [{ quad, words: transcript.map(word => ({ ...word, quad: sliceQuad(quad, word.from, word.to) })) }])
      return { paragraphs: layOut(lines, quartersOf(lines)) }
    }
  }
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

function meanConfidence (readings: readonly Reading[]): number {
  return lineConfidence(readings.flatMap(({ general }) => general))
}

// The direction in which most of the text runs, in quarter turns clockwise.
function quartersOf (lines: readonly TextLine[]): number {
  const lengths = [0, 0, 0, 0]
  for (const { quad: [topLeft, topRight], words } of lines) {
    const quarter = (Math.round(Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x) / (Math.PI / 2)) + 4) % 4
    lengths[quarter] = (lengths[quarter] ?? 0) + words.reduce((sum, word) => sum + word.glyphs.length, 0)
  }
  return lengths.indexOf(Math.max(...lengths))
}
