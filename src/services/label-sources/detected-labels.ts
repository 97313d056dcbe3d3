// Labels of the things that a detector finds: the largest score of each class, calibrated as a label.
import type { ObjectDetector } from '../../engines/object-detector.js'
import { type Calibration, calibrate, rawScoreFor } from '../../imaging/calibration.js'
import { resample } from '../../imaging/resample.js'
import type { LabelGraph } from '../../labels/label-graph.js'
import { type EvidenceCurve, weighEvidence } from '../../labels/label-evidence.js'
import { raiseParents } from '../../labels/label-scores.js'
import type { LabelTable } from '../../runtime/label-table.js'
import type { LabelSource } from '../classify-image.js'

/** A detector and what makes labels of its scores. */
export interface LabellingDetector {
  readonly detector: ObjectDetector
  readonly labels: LabelTable
  /** From the largest score of a class to the probability that the picture shows the class. */
  readonly calibration: Calibration
  /** Of labels, by mid, what the evidence of all their kinds together means. */
  readonly curves: ReadonlyMap<string, EvidenceCurve>
  /** Added to the log-odds of every label. */
  readonly shift: number
}

/** Runs with the detector that serves. */
export type UseDetector = <R>(run: (opened: LabellingDetector) => Promise<R>) => Promise<R>

// What is less likely is noise of the net, and costs time.
const LEAST_PROBABILITY = 0.01

/** Makes the source. */
export function createDetectedLabels (use: UseDetector, graph: LabelGraph): LabelSource {
  return {
    name: 'detected objects',
    general: true,
    find: async image => await use(async ({ detector, labels, calibration, curves, shift }) => {
      const { width, height, fit } = detector.size
      const shrink = Math.min(width / image.width, height / image.height)
      const sized = fit === 'fill'
        ? { width, height }
        : { width: Math.max(1, Math.round(image.width * shrink)), height: Math.max(1, Math.round(image.height * shrink)) }
      const detections = await detector.detect(resample(image, sized), rawScoreFor(calibration, LEAST_PROBABILITY))
      const scores = new Map<string, number>()
      for (const { classIndex, score } of detections) {
        const mid = labels[classIndex]?.mid
        if (mid === undefined) throw new Error(`the label table has no class ${classIndex}`)
        scores.set(mid, Math.max(scores.get(mid) ?? 0, calibrate(calibration, score)))
      }
      return { scores: raiseParents(weighEvidence(scores, curves, graph, shift), graph) }
    })
  }
}
