// objectsDetection: decode to the detector's size, detect, calibrate, name, and measure in shares of the picture.
import { Failure } from '../errors.js'
import { type ObjectDetector, createObjectDetector, detectorOutputs } from '../engines/object-detector.js'
import type { Box } from '../imaging/boxes.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { type Calibration, UNCALIBRATED, calibrate, rawScoreFor } from '../imaging/calibration.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import { type LabelTable, readLabelTable } from '../runtime/label-table.js'
import type { ModelChoice } from '../runtime/model-choice.js'
import type { InstalledModel } from '../runtime/model-store.js'
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
  readonly models: ModelChoice<OpenDetector>
}

/** A detector with what makes its answers readable. */
export interface OpenDetector {
  readonly detector: ObjectDetector
  readonly labels: LabelTable
  readonly calibration: Calibration
  /** Least calibrated score where nobody asks for another. */
  readonly minScore: number
}

const MAX_RESULTS = 10
// For detectors whose row states no cut-off; where scores are calibrated F1 is highest near this (bench/results/detector-calibration.json).
const MIN_SCORE = 0.25

/** Makes the service. That a model is missing is said when it is asked for, so that all else works without it. */
export function createDetectObjects ({ decoder, models }: DetectObjectsParts): DetectObjects {
  return async (bytes, { maxResults = MAX_RESULTS, minScore }, work) => await models.use(async ({ detector, labels, calibration, minScore: usual }) => {
    const image = await work.stage('decode', () => decoder.decode(bytes, { size: detector.size, alpha: 'flatten' }, work.signal))
    const detections = await work.stage('engine', () => detector.detect(image, rawScoreFor(calibration, minScore ?? usual)))
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
  })
}

/**
 * Opens any model for object-detection whose row has what a detector needs.
 * @throws Failure model_missing where the row lacks something, or names no head to read its outputs with
 */
export function openDetector (pool: InferencePool, model: InstalledModel): OpenDetector {
  const { facts } = model
  const input = facts.inputs.find(input => input.kind === 'image')
  const sizeInput = facts.inputs.find(input => input.kind === 'values' && input.role === 'picture-size')
  const { detectionHead: head } = facts
  if (input === undefined || head === undefined || facts.labels === undefined || !('table' in facts.labels)) {
    throw new Failure('model_missing', `the model ${facts.id} cannot detect objects: its row lacks a picture as its input, a detection head, or a label table`)
  }
  return {
    detector: createObjectDetector(pool, { net: model.netWith(detectorOutputs(head)), input, sizeInput: sizeInput?.name, head }),
    labels: readLabelTable(facts.labels.table),
    calibration: facts.calibration ?? UNCALIBRATED,
    minScore: facts.calibration?.cutOff ?? MIN_SCORE
  }
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
