// Objects in a picture: one net, its head, and what a detector of any family has in common.
import { type Box, clampBox, suppressOverlaps } from '../imaging/boxes.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { type Canvas, imageTensor } from '../imaging/image-tensor.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import type { LoadedFrom } from '../runtime/loaded-from.js'
import type { DetectionHeadName, ImageInput } from '../runtime/model-facts.js'
import type { Tensors } from '../runtime/tensor.js'
import { DETECTION_HEADS } from './detection/heads.js'

/** One object; the box in pixels of the upright original, within the picture. */
export interface Detection {
  /** Index into the model's table of labels. */
  readonly classIndex: number
  /** As the net gives it, 0..1; not calibrated. */
  readonly score: number
  readonly box: Box
}

/** The facts of a detector's net. */
export interface DetectorModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  /** Name of the input that wants the picture's size, where there is one. */
  readonly sizeInput?: string | undefined
  readonly head: DetectionHeadName
}

export interface ObjectDetector {
  /** The size to decode a picture to. */
  readonly size: { readonly width: number, readonly height: number, readonly fit: 'inside' | 'fill' }
  /** All objects of at least `minScore`, by falling score. */
  detect (image: DecodedImage, minScore: number): Promise<Detection[]>
}

const MAX_OVERLAP = 0.6

/** Which of a model's outputs a detector with this head reads. */
export function detectorOutputs (head: DetectionHeadName): readonly string[] {
  return DETECTION_HEADS[head].outputs
}

/** Makes a detector over a model. */
export function createObjectDetector (pool: InferencePool, model: DetectorModel): ObjectDetector {
  const { input } = model
  const head = DETECTION_HEADS[model.head]
  const side = inputSize(input)

  function prepare (image: DecodedImage): { feeds: Tensors, canvas: Canvas } {
    const canvas = { ...side, left: 0, top: 0, pad: input.pad ?? 0 }
    if (input.fit === 'stretch' && (image.width !== side.width || image.height !== side.height)) {
      throw new Error(`the picture must be decoded to ${side.width} x ${side.height}`)
    }
    const feeds: Record<string, Tensors[string]> = {
      [input.name]: { data: imageTensor(image, input, canvas), dims: [1, input.channels === 'grey' ? 1 : 3, side.height, side.width] }
    }
    if (model.sizeInput !== undefined) feeds[model.sizeInput] = { data: BigInt64Array.of(BigInt(side.width), BigInt(side.height)), dims: [1, 2] }
    return { feeds, canvas }
  }

  return {
    size: { ...side, fit: input.fit === 'stretch' ? 'fill' : 'inside' },
    async detect (image, minScore) {
      const { feeds, canvas } = prepare(image)
      const outputs = await pool.run(model.net, feeds, head.outputs)
      const candidates = head.read(outputs, side, minScore)
      const kept = head.overlaps ? suppressOverlaps(candidates, MAX_OVERLAP) : candidates
      return kept.flatMap(candidate => {
        const box = clampBox(toSource(candidate.box, image, canvas), image.original)
        return box === undefined ? [] : [{ ...candidate, box }]
      })
    }
  }
}

function inputSize ({ size }: ImageInput): { readonly width: number, readonly height: number } {
  if ('width' in size) return size
  const side = size.usualSides['object-detection'] ?? size.multipleOf
  return { width: side, height: side }
}

// From input pixels to the upright original.
function toSource (box: Box, { width, height, original }: DecodedImage, { left, top }: Canvas): Box {
  const scaleX = original.width / width
  const scaleY = original.height / height
  return { x: (box.x - left) * scaleX, y: (box.y - top) * scaleY, width: box.width * scaleX, height: box.height * scaleY }
}
