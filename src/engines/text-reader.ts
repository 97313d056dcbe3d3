// Text in a picture: lines are found, laid straight, read, and put in reading order.
import type { DecodedImage } from '../imaging/decoded-image.js'
import { mapQuad, type Quad, quadHeight, quadWidth, sliceQuad, turnQuad } from '../imaging/quad.js'
import { layOut } from './text/layout.js'
import type { LineDetector } from './text/line-detector.js'
import type { LineRecogniser } from './text/line-recogniser.js'
import type { TextLine, TextPage } from './text/page.js'
import { lineConfidence, type Transcript } from './text/transcript.js'

/** Runs pieces of one request's work, at best several at a time; results in the order of the items. */
export type Spread = <T, R>(items: readonly T[], work: (item: T) => Promise<R>) => Promise<R[]>

/** The engines that a reader is made of. */
export interface TextReaderParts {
  readonly detector: LineDetector
  readonly recogniser: LineRecogniser
}

export interface TextReader {
  /** The size at which lines are looked for. */
  sizeFor: LineDetector['sizeFor']
  /**
   * Reads a picture.
   * @param image as large as it is to be read
   * @param small the same picture at the size that `sizeFor` gives
   */
  read (image: DecodedImage, small: DecodedImage, spread: Spread): Promise<TextPage>
}

/** A line as it was read in one direction. */
interface Reading {
  readonly quad: Quad
  readonly transcript: Transcript
}

// A frame higher than this times its width holds a line that runs downwards.
const TALL = 1.5
const MIN_WORD_CONFIDENCE = 0.8
// Upright text is read surely; below this it may stand on its head. The other way must be clearly better.
const SURE = 0.85
const CLEARLY_BETTER = 0.02

/** Makes a reader. */
export function createTextReader ({ detector, recogniser }: TextReaderParts): TextReader {
  async function readLines (image: DecodedImage, quads: readonly Quad[], spread: Spread): Promise<Reading[]> {
    const scaleX = image.width / image.original.width
    const scaleY = image.height / image.original.height
    return await spread(quads, async quad => ({
      quad, transcript: await recogniser.read(image, mapQuad(quad, ({ x, y }) => ({ x: x * scaleX, y: y * scaleY })))
    }))
  }

  // Lines of one direction stand on their heads together.
  async function readUpright (image: DecodedImage, quads: readonly Quad[], spread: Spread): Promise<Reading[]> {
    const readings = await readLines(image, quads, spread)
    const confidence = meanConfidence(readings)
    if (readings.length === 0 || confidence >= SURE) return readings
    const turned = await readLines(image, quads.map(quad => turnQuad(quad, 2)), spread)
    return meanConfidence(turned) > confidence + CLEARLY_BETTER ? turned : readings
  }

  return {
    sizeFor: original => detector.sizeFor(original),
    async read (image, small, spread) {
      const quads = (await detector.detect(small)).map(line => line.quad)
      const level = await readUpright(image, quads.filter(quad => !isTall(quad)), spread)
      const tall = await readUpright(image, quads.filter(isTall).map(quad => turnQuad(quad, 1)), spread)
      const readings = [...level, ...tall]
      const lines = readings.flatMap(({ quad, transcript }): TextLine[] => {
        const words = transcript.filter(word => word.confidence >= MIN_WORD_CONFIDENCE)
        return words.length === 0 ? [] : [{ quad, words: words.map(word => ({ ...word, quad: sliceQuad(quad, word.from, word.to) })) }]
      })
      return { paragraphs: layOut(lines, quartersOf(lines)) }
    }
  }
}

function isTall (quad: Quad): boolean {
  return quadHeight(quad) >= TALL * quadWidth(quad)
}

function meanConfidence (readings: readonly Reading[]): number {
  return lineConfidence(readings.flatMap(({ transcript }) => transcript))
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
