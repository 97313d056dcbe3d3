// A page of text as the wire wants it: the whole text, every word, and on request everything between the two.
import type { PlacedWord, TextPage } from '../engines/text/page.js'
import { type Point, type Quad, boundsOf, sliceQuad } from '../imaging/quad.js'
import type { FullText, Poly, TextDetection } from '../wire/text-detection.js'

export interface PageFacts {
  /** Size of the upright original. */
  readonly width: number
  readonly height: number
  /** Language of the text, where one could be told. */
  readonly locale: string | undefined
  readonly fullText: boolean
}

/** The content of an answer; nothing where nothing was read. */
export function writePage (page: TextPage, facts: PageFacts): TextDetection {
  const lines = page.paragraphs.flatMap(paragraph => paragraph.lines)
  const words = lines.flatMap(line => line.words)
  if (words.length === 0) return { textAnnotations: [], ...(facts.fullText && { fullTextAnnotation: { pages: [], text: '' } }) }
  const text = lines.map(line => `${line.words.map(word => word.text).join(' ')}\n`).join('')
  return {
    textAnnotations: [
      { ...(facts.locale !== undefined && { locale: facts.locale }), description: text, boundingPoly: frameOf(words) },
      ...words.map(word => ({ description: word.text, boundingPoly: polyOf(word.quad) }))
    ],
    ...(facts.fullText && { fullTextAnnotation: fullTextOf(page, text, facts) })
  }
}

function fullTextOf ({ paragraphs }: TextPage, text: string, { width, height, locale }: PageFacts): FullText {
  const blocks = paragraphs.map(({ lines }) => {
    const words = lines.flatMap(line => line.words)
    const confidence = meanConfidence(words)
    const paragraph = {
      boundingBox: frameOf(words),
      words: lines.flatMap((line, lineIndex) => line.words.map((word, index) => {
        const end = index < line.words.length - 1 ? 'SPACE' : lineIndex < lines.length - 1 ? 'EOL_SURE_SPACE' : 'LINE_BREAK'
        return { boundingBox: polyOf(word.quad), symbols: symbolsOf(word, end), confidence: Math.fround(word.confidence) }
      })),
      confidence
    }
    return { boundingBox: paragraph.boundingBox, paragraphs: [paragraph], blockType: 'TEXT' as const, confidence }
  })
  return {
    pages: [{
      ...(locale !== undefined && { property: { detectedLanguages: [{ languageCode: locale }] } }),
      width,
      height,
      blocks,
      confidence: meanConfidence(paragraphs.flatMap(({ lines }) => lines.flatMap(line => line.words)))
    }],
    text
  }
}

type Symbols = FullText['pages'][number]['blocks'][number]['paragraphs'][number]['words'][number]['symbols']
type Break = NonNullable<Symbols[number]['property']>['detectedBreak']['type']

// Each from half way to the one before to half way to the next.
function symbolsOf ({ glyphs, quad, from, to }: PlacedWord, end: Break): Symbols {
  const share = (at: number): number => to > from ? (at - from) / (to - from) : 0
  return glyphs.map((glyph, index) => {
    const before = glyphs[index - 1]
    const after = glyphs[index + 1]
    const frame = sliceQuad(quad, before === undefined ? 0 : share((before.at + glyph.at) / 2), after === undefined ? 1 : share((after.at + glyph.at) / 2))
    return {
      ...(after === undefined && { property: { detectedBreak: { type: end } } }),
      boundingBox: polyOf(frame),
      text: glyph.text,
      confidence: Math.fround(glyph.confidence)
    }
  })
}

function meanConfidence (words: readonly PlacedWord[]): number {
  return Math.fround(words.reduce((sum, word) => sum + word.confidence, 0) / Math.max(1, words.length))
}

function polyOf (quad: Quad): Poly {
  return { vertices: quad.map(vertexOf) }
}

// The level frame around words.
function frameOf (words: readonly PlacedWord[]): Poly {
  const { left, top, right, bottom } = boundsOf(words.flatMap(word => [...word.quad]))
  return { vertices: [{ x: left, y: top }, { x: right, y: top }, { x: right, y: bottom }, { x: left, y: bottom }].map(vertexOf) }
}

// Rounded, and never -0.
function vertexOf ({ x, y }: Point): { y: number, x: number } {
  return { y: Math.round(y) + 0, x: Math.round(x) + 0 }
}
