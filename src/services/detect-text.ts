// textDetection: decode, read, tell the language, and write it all down.
import { readFileSync } from 'node:fs'
import { type TextReader, createTextReader } from '../engines/text-reader.js'
import { createLineDetector } from '../engines/text/line-detector.js'
import { createLineRecogniser, parseAlphabet } from '../engines/text/line-recogniser.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { CpuBudget } from '../runtime/cpu-budget.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput } from '../runtime/model-facts.js'
import type { Model } from '../runtime/model-manifest.js'
import type { ModelStore } from '../runtime/model-store.js'
import { spreadWork } from '../runtime/spread-work.js'
import type { TextDetection } from '../wire/text-detection.js'
import { writePage } from './text-annotations.js'
import type { Work } from './work.js'

export interface DetectTextOptions {
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
}

const DETECTOR = 'pp-ocrv4-det'
const RECOGNISER = 'pp-ocrv4-rec'
// Larger pictures are shrunk to this on decoding: letters that the detector can see at its size are then high enough.
const MAX_SIDE_PX = 4096

/** Makes the service. What a model is missing is said when it is asked for, so that all else works without it. */
export function createDetectText ({ decoder, pool, models, budget }: DetectTextParts): DetectText {
  let reader: TextReader | undefined
  return async (bytes, { fullText = false }, work) => {
    reader ??= openReader(pool, models)
    const { sizeFor, read } = reader
    const size = { width: MAX_SIDE_PX, height: MAX_SIDE_PX, fit: 'inside' } as const
    const image = await work.stage('decode', () => decoder.decode(bytes, { size, alpha: 'flatten' }, work.signal))
    const small = await work.stage('decode', () => decoder.resize(image, sizeFor(image.original)))
    const page = await work.stage('engine', () => read(image, small, (items, piece) => spreadWork(budget, items, piece, work.signal)))
    return writePage(page, { ...image.original, locale: undefined, fullText })
  }
}

function openReader (pool: InferencePool, models: ModelStore): TextReader {
  const detector = openModel(models, DETECTOR)
  const recogniser = openModel(models, RECOGNISER)
  const { transcription } = recogniser.facts
  if (transcription === undefined) throw new Error(`the manifest's row of ${RECOGNISER} does not say how to read its classes`)
  const alphabet = parseAlphabet(readFileSync(models.fileOf(RECOGNISER, transcription.alphabet), 'utf8'), transcription.spaceClass, transcription.spaceThreshold)
  return createTextReader({
    detector: createLineDetector(pool, detector),
    recogniser: createLineRecogniser(pool, { ...recogniser, alphabet })
  })
}

function openModel (models: ModelStore, id: string): { net: LoadedFrom, input: ImageInput, output: string, facts: Model } {
  const { facts } = models.find(id, [])
  const input = facts.inputs.find(input => input.kind === 'image')
  const [output] = facts.outputs
  if (input === undefined || output === undefined) throw new Error(`the manifest's row of ${id} lacks an image input or an output`)
  const { net } = models.find(id, [output.name])
  return { net, input, output: output.name, facts }
}
