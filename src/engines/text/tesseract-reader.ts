// Reads one line with Tesseract: cut out and laid straight as for the nets, grey, with a margin.
import type { DecodedImage } from '../../imaging/decoded-image.js'
import { type Quad, quadHeight, quadWidth, sliceQuad, turnQuad } from '../../imaging/quad.js'
import { rectify } from '../../imaging/rectify.js'
import type { GreyPicture, Tesseract, TesseractBox, TesseractWord } from '../../runtime/tesseract.js'
import type { Glyph, ReadWord, Transcript } from './transcript.js'

/** Reads what stands in a frame; the quad in pixels of `image`, corners in reading order. */
export type ReadLine = (image: DecodedImage, quad: Quad) => Promise<Transcript>

// Measured on signs: as good as 32 to 64, and tight crops beat wide ones by far.
const LINE_HEIGHT = 48
// Tesseract's segmentation wants some paper around the letters.
const MARGIN = 10
const MAX_WIDTH = 3200
// Heights of the line that its frame reaches further up and down: else accents on capitals are cut (of 131 accents in
// printed French 128 without, 131 with).
const REACH = 0.1

/** Makes the reader. Confidences are Tesseract's own as shares, not calibrated. */
export function createTesseractReader (tesseract: Pick<Tesseract, 'read'>): ReadLine {
  return async (image, quad) => {
    const frame = turnQuad(sliceQuad(turnQuad(quad, 1), -REACH, 1 + REACH), 3)
    const natural = quadWidth(frame) / Math.max(1, quadHeight(frame)) * LINE_HEIGHT
    const width = Math.min(MAX_WIDTH, Math.max(LINE_HEIGHT, Math.round(natural)))
    const picture = withMargin(rectify(image, frame, width, LINE_HEIGHT))
    const lines = await tesseract.read(picture, 'line')
    return lines.flatMap(line => line.words.map(word => toWord(word, width)))
  }
}

// Grey, with a margin of the paper's tone: the median of the line's own edge.
function withMargin ({ data, width, height }: DecodedImage): GreyPicture {
  const grey = new Uint8Array(width * height)
  for (let at = 0; at < grey.length; at++) {
    grey[at] = Math.round(0.299 * data[3 * at]! + 0.587 * data[3 * at + 1]! + 0.114 * data[3 * at + 2]!)
  }
  const edge = [...grey.subarray(0, width), ...grey.subarray(width * (height - 1))].sort((a, b) => a - b)
  const whole = { width: width + 2 * MARGIN, height: height + 2 * MARGIN }
  const framed = new Uint8Array(whole.width * whole.height).fill(edge[edge.length >> 1]!)
  for (let y = 0; y < height; y++) framed.set(grey.subarray(y * width, (y + 1) * width), (y + MARGIN) * whole.width + MARGIN)
  return { ...whole, data: framed }
}

function toWord ({ text, confidence, bbox, symbols }: TesseractWord, width: number): ReadWord {
  const place = (x: number): number => Math.min(1, Math.max(0, (x - MARGIN) / width))
  const middle = ({ x0, x1 }: TesseractBox): number => place((x0 + x1) / 2)
  const glyphs = symbols.map((symbol): Glyph => ({ text: symbol.text, confidence: symbol.confidence / 100, at: middle(symbol.bbox) }))
  return { text: text.normalize('NFC'), confidence: confidence / 100, glyphs, from: place(bbox.x0), to: place(bbox.x1) }
}
