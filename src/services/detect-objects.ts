// objectsDetection: decode to the detector's size, detect, calibrate, name, and measure in shares of the picture.
import { type ObjectDetector, createObjectDetector } from '../engines/object-detector.js'
import type { Box } from '../imaging/boxes.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { type Calibration, UNCALIBRATED, calibrate, rawScoreFor } from '../imaging/calibration.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import { type LabelTable, readLabelTable } from '../runtime/label-table.js'
import type { ModelStore } from '../runtime/model-store.js'
import type { ObjectsDetection } from '../wire/objects-detection.js'
import type { Work } from './work.js'

export interface DetectObjectsOptions {
  /** Between 1 and MAX_OBJECTS. */
  readonly maxResults?: number | undefined
  /** Least calibrated score, 0..1. */
  readonly minScore?: number | undefined
}

/** @throws Failure unsupported_media, too_large, model_missing, deadline_passed */
export type DetectObjects = (image: Buffer, options: DetectObjectsOptions, work: Work) => Promise<ObjectsDetection>

/** What the service is made of. */
export interface DetectObjectsParts {
  readonly decoder: ImageDecoder
  readonly pool: InferencePool
  readonly models: ModelStore
}

const MODEL = 'mobilenetv3-centernet'
const MAX_RESULTS = 10
// Where F1 over the evaluation pictures is highest: a raw score of .26 (bench/results/objects.json).
const MIN_SCORE = 0.27

/** Makes the service. What the model is missing is said when it is asked for, so that all else works without it. */
export function createDetectObjects ({ decoder, pool, models }: DetectObjectsParts): DetectObjects {
  const open = once(() => openDetector(pool, models))
  return async (bytes, { maxResults = MAX_RESULTS, minScore = MIN_SCORE }, work) => {
    const { detector, labels, calibration } = open()
    const image = await work.stage('decode', () => decoder.decode(bytes, { size: detector.size, alpha: 'flatten' }, work.signal))
    const detections = await work.stage('engine', () => detector.detect(image, rawScoreFor(calibration, minScore)))
    return {
      localizedObjectAnnotations: detections.slice(0, maxResults).map(({ classIndex, score, box }) => {
        const label = labels[classIndex]
        if (label === undefined) throw new Error(`the label table has no class ${classIndex}`)
        return {
          score: Math.fround(calibrate(calibration, score)),
          mid: label.mid,
          boundingPoly: { normalizedVertices: verticesOf(box, image.original) },
          name: label.name
        }
      })
    }
  }
}

interface OpenDetector {
  readonly detector: ObjectDetector
  readonly labels: LabelTable
  readonly calibration: Calibration
}

function openDetector (pool: InferencePool, models: ModelStore): OpenDetector {
  const { net, facts } = models.find(MODEL, ['keypoints', 'wh'])
  const input = facts.inputs.find(input => input.kind === 'image')
  if (input === undefined || facts.labels === undefined || !('table' in facts.labels)) throw new Error(`the manifest's row of ${MODEL} lacks an image input or a label table`)
  return {
    detector: createObjectDetector(pool, { net, input, outputs: facts.outputs.map(output => output.name) }),
    labels: readLabelTable(facts.labels.table),
    calibration: facts.calibration ?? UNCALIBRATED
  }
}

function once<T> (make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function verticesOf ({ x, y, width, height }: Box, frame: DecodedImage['original']): Array<{ y: number, x: number }> {
  const left = share(x, frame.width)
  const right = share(x + width, frame.width)
  const top = share(y, frame.height)
  const bottom = share(y + height, frame.height)
  return [{ y: top, x: left }, { y: top, x: right }, { y: bottom, x: right }, { y: bottom, x: left }]
}

// In single precision, as the documented values are.
function share (value: number, whole: number): number {
  return Math.fround(Math.min(1, Math.max(0, value / whole)))
}
