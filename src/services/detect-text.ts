// textDetection: decode, read, tell the language, and write it all down.
import { readFileSync } from 'node:fs'
import { identifyLocale, mayBeIn } from '../engines/locale.js'
import { type ReadingConditions, type TextReader, createTextReader } from '../engines/text-reader.js'
import { type LineDetectorModel, createLineDetector } from '../engines/text/line-detector.js'
import type { PriorUse } from '../engines/text/beam-search.js'
import { parsePrior } from '../engines/text/language-prior.js'
import { type LineAnswer, type LineRecogniserModel, createLineRecogniser, parseAlphabet } from '../engines/text/line-recogniser.js'
import { createTesseractReader } from '../engines/text/tesseract-reader.js'
import { Failure } from '../errors.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { CpuBudget } from '../runtime/cpu-budget.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import type { IdentifyLanguage } from '../runtime/language-identifier.js'
import type { LoadedFrom } from '../runtime/loaded-from.js'
import type { ImageInput } from '../runtime/model-facts.js'
import type { Model } from '../runtime/model-manifest.js'
import type { ModelStore } from '../runtime/model-store.js'
import { localeOf } from '../runtime/ocr-languages.js'
import { spreadWork } from '../runtime/spread-work.js'
import type { Tesseract } from '../runtime/tesseract.js'
import type { TextDetection } from '../wire/text-detection.js'
import { writePage } from './text-annotations.js'
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

const DETECTOR = 'pp-ocrv4-det'
const RECOGNISER = 'pp-ocrv4-rec'
const LATIN_READER = 'latin-line-reader'
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
      mayLackAccents: async lines => hints.length > 0
        ? hints.some(hint => withAccents.includes(hint))
        : await mayBeIn(withAccents, lines, identify)
    }
    const page = await work.stage('engine', () => read(image, small, conditions))
    const lines = page.paragraphs.flatMap(paragraph => paragraph.lines.map(line => line.words.map(word => word.text).join(' ')))
    const locale = await work.stage('engine', () => identifyLocale(lines, expected, identify))
    return writePage(page, { ...image.original, locale, fullText })
  }
}

/** The nets that it runs, to load them ahead. @throws Failure model_missing */
export function textNets (models: ModelStore): LoadedFrom[] {
  return [openDetector(models).net, openRecogniser(models).net]
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
    detector: createLineDetector(pool, openDetector(models)),
    recogniser: createLineRecogniser(pool, openRecogniser(models)),
    tesseract: tesseract === undefined ? undefined : createTesseractReader(tesseract),
    maxLines
  })
}

// The net of our own goes on inside the general one, so that one run gives the answers of both.
function openRecogniser (models: ModelStore): LineRecogniserModel {
  const general = models.find(RECOGNISER, []).facts
  const latin = models.forTask('text-recognition').find(({ facts }) => facts.id === LATIN_READER)?.facts
  const answers = {
    general: answerOf(general, models),
    latin: latin === undefined ? undefined : { ...answerOf(latin, models), prior: priorOf(latin, models) }
  }
  const outputs = [answers.general, ...(answers.latin === undefined ? [] : [answers.latin])].map(({ output }) => output)
  const { facts, net } = models.find((latin ?? general).id, outputs)
  return { net, input: imageInputOf(facts), ...answers }
}

function answerOf (facts: Model, models: ModelStore): LineAnswer {
  const { id, transcription } = facts
  if (transcription === undefined) throw new Error(`the manifest's row of ${id} does not say how to read its classes`)
  const { alphabet, spaceClass, spaceThreshold } = transcription
  return { output: outputOf(facts), alphabet: parseAlphabet(readFileSync(models.fileOf(id, alphabet), 'utf8'), spaceClass, spaceThreshold) }
}

function priorOf ({ id, transcription }: Model, models: ModelStore): PriorUse {
  if (transcription?.prior === undefined) throw new Error(`the manifest's row of ${id} lacks its prior`)
  const { file, weight, bonus } = transcription.prior
  return { prior: parsePrior(readFileSync(models.fileOf(id, file))), weight, bonus }
}

function openDetector (models: ModelStore): LineDetectorModel {
  const { facts } = models.find(DETECTOR, [])
  const output = outputOf(facts)
  return { net: models.find(DETECTOR, [output]).net, input: imageInputOf(facts), output }
}

function imageInputOf ({ id, inputs }: Model): ImageInput {
  const input = inputs.find(input => input.kind === 'image')
  if (input === undefined) throw new Error(`the manifest's row of ${id} lacks an image input`)
  return input
}

function outputOf ({ id, outputs: [output] }: Model): string {
  if (output === undefined) throw new Error(`the manifest's row of ${id} lacks an output`)
  return output.name
}
