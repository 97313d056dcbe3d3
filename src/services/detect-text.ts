// textDetection: decode, read, tell the language, and write it all down.
import { identifyLocale, mayBeIn } from '../engines/locale.js'
import { type ReadingConditions, type TextReader, createTextReader } from '../engines/text-reader.js'
import { createLineDetector } from '../engines/text/line-detector.js'
import { createLineRecogniser } from '../engines/text/line-recogniser.js'
import { createTesseractReader } from '../engines/text/tesseract-reader.js'
import { Failure } from '../errors.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { CpuBudget } from '../runtime/cpu-budget.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import type { IdentifyLanguage } from '../runtime/language-identifier.js'
import type { ModelStore } from '../runtime/model-store.js'
import { localeOf } from '../runtime/ocr-languages.js'
import { spreadWork } from '../runtime/spread-work.js'
import type { Tesseract } from '../runtime/tesseract.js'
import type { TextDetection } from '../wire/text-detection.js'
import { writePage } from './text-annotations.js'
import { openLineDetector, openLineRecogniser } from './text-nets.js'
import type { Work } from './work.js'

export interface DetectTextOptions {
  /** Comma list of languages that the text may be in. */
  readonly languageHints?: string | undefined
  /** Whether to answer with blocks, paragraphs and symbols too. */
  readonly fullText?: boolean | undefined
}

/** @throws Failure unsupported_media, too_large, invalid_request, model_missing, deadline_passed */
export type DetectText = (image: Buffer, options: DetectTextOptions, work: Work) => Promise<TextDetection>

/** What the service is made of. */
export interface DetectTextParts {
  readonly decoder: ImageDecoder
  readonly pool: InferencePool
  readonly models: ModelStore
  readonly budget: CpuBudget
  /** Undefined where no language data is there. */
  readonly tesseract: Tesseract | undefined
  readonly identify: IdentifyLanguage
  readonly maxLines: number
}

// What the recogniser reads by itself.
const RECOGNISER_LOCALES = ['en', 'zh']
// Larger pictures are shrunk to this on decoding: letters that the detector can see at its size are then high enough.
const MAX_SIDE_PX = 4096

/** Makes the service. What a model is missing is said when it is asked for, so that all else works without it. */
export function createDetectText (parts: DetectTextParts): DetectText {
  const { decoder, budget, tesseract, identify } = parts
  const withAccents = (tesseract?.languages ?? []).map(localeOf).filter(locale => locale !== 'en')
  const readable = [...new Set([...(tesseract?.languages ?? []).map(localeOf), ...RECOGNISER_LOCALES])]
  let reader: TextReader | undefined
  return async (bytes, { languageHints = '', fullText = false }, work) => {
    const hints = readHints(languageHints, readable)
    reader ??= openReader(parts)
    const { sizeFor, read } = reader
    const size = { width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside' } as const
    const image = await work.stage('decode', () => decoder.decode(bytes, { size, alpha: 'flatten' }, work.signal))
    const small = await work.stage('decode', () => decoder.resize(image, sizeFor(image.original)))
    const expected = [...new Set([...hints, ...readable])]
    const conditions: ReadingConditions = {
      spread: (items, piece) => spreadWork(budget, items, piece, work.signal),
      mayLackAccents: async (lines, words) => hints.length > 0
        ? hints.some(hint => withAccents.includes(hint))
        : await mayBeIn(withAccents, lines, words, identify)
    }
    const page = await work.stage('engine', () => read(image, small, conditions))
    const lines = page.paragraphs.flatMap(paragraph => paragraph.lines.map(line => line.words.map(word => word.text).join(' ')))
    const locale = await work.stage('engine', () => identifyLocale(lines, expected, identify))
    return writePage(page, { ...image.original, locale, fullText })
  }
}

// As BCP-47, without regions.
function readHints (text: string, readable: readonly string[]): string[] {
  const hints = text.split(',').map(hint => hint.trim()).filter(hint => hint !== '')
  return hints.map(hint => {
    const locale = languageOf(hint)
    if (locale === undefined) throw new Failure('invalid_request', `parameter 'languageHints' must be a comma list of languages such as fr,en; ${JSON.stringify(hint.slice(0, 40))} is none`)
    if (!readable.includes(locale)) throw new Failure('invalid_request', `parameter 'languageHints' names ${JSON.stringify(hint)}, which cannot be read here; what can is ${readable.join(', ')}`)
    return locale
  })
}

function languageOf (hint: string): string | undefined {
  try {
    return new Intl.Locale(hint).language
  } catch {
    return undefined
  }
}

function openReader ({ pool, models, tesseract, maxLines }: DetectTextParts): TextReader {
  return createTextReader({
    detector: createLineDetector(pool, openLineDetector(models)),
    recogniser: createLineRecogniser(pool, openLineRecogniser(models)),
    tesseract: tesseract === undefined ? undefined : createTesseractReader(tesseract),
    maxLines
  })
}
