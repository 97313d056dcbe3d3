// Where lines of text are: the detector's map of probabilities, thresholded, as rectangles at any angle (differentiable
// binarisation, Liao 2020: the net marks the inner part of a line, which is then widened by its area and its outline).
import type { DecodedImage } from '../../imaging/decoded-image.js'
import { imageTensor } from '../../imaging/image-tensor.js'
import { findRegions, type MaskRegion } from '../../imaging/mask-regions.js'
import { convexHull, cornersOf, meanInside, minAreaRectangle, uprightRectangle } from '../../imaging/min-area-rectangle.js'
import { mapQuad, type Quad } from '../../imaging/quad.js'
import type { InferencePool, LoadedFrom } from '../../runtime/inference-pool.js'
import type { ImageInput } from '../../runtime/model-facts.js'

/** A line of text that was seen. */
export interface DetectedLine {
  /** Around the line, in pixels of the upright original; its first side is the one within 45° of the horizontal. */
  readonly quad: Quad
  /** Mean probability inside, 0..1. */
  readonly score: number
}

export interface LineDetector {
  /** The size to bring a picture of some size to. */
  sizeFor (original: DecodedImage['original']): { readonly width: number, readonly height: number }
  /** Lines in a picture that has that size. */
  detect (image: DecodedImage): Promise<DetectedLine[]>
}

/** The facts of a detector's net. */
export interface LineDetectorModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly output: string
}

// Measured on photographs of signs and on receipts (word F): other thresholds are no better, and widening by 1.6 and
// more, which is usual for this net, costs .05 to .25 because the recogniser reads tight crops better.
const THRESHOLD = 0.3
const MIN_SCORE = 0.6
const UNCLIP_RATIO = 1.3
const DILATION = 2
// Smaller than this, in cells of the map, nothing can be read.
const MIN_SIDE = 3
const MIN_WIDENED_SIDE = 5
// Enlarging more shows the net nothing new.
const MAX_ENLARGEMENT = 2

/** Makes a detector over a model whose output is a map of its input's size. */
export function createLineDetector (pool: InferencePool, { net, input, output }: LineDetectorModel): LineDetector {
  const { size } = input
  if (!('multipleOf' in size) || size.usualSides['text-detection'] === undefined) throw new Error(`the manifest's row of ${net.id} lacks its usual side`)
  const longSide = size.usualSides['text-detection']
  const multiple = (side: number): number => Math.max(1, Math.round(side / size.multipleOf)) * size.multipleOf
  return {
    sizeFor ({ width, height }) {
      const scale = Math.min(MAX_ENLARGEMENT, longSide / Math.max(width, height))
      return { width: multiple(width * scale), height: multiple(height * scale) }
    },
    async detect (image) {
      const { width, height, original } = image
      const feeds = { [input.name]: { data: imageTensor(image, input), dims: [1, 3, height, width] } }
      const { [output]: map } = await pool.run(net, feeds, [output])
      if (map === undefined || !(map.data instanceof Float32Array)) throw new Error(`${net.id} gave no map`)
      const probabilities = map.data
      const scaleX = original.width / width
      const scaleY = original.height / height
      return findRegions(probabilities, width, height, THRESHOLD, DILATION).flatMap(region => {
        const line = lineOf(region, probabilities, width, height)
        return line === undefined ? [] : [{ ...line, quad: mapQuad(line.quad, ({ x, y }) => ({ x: x * scaleX, y: y * scaleY })) }]
      })
    }
  }
}

function lineOf ({ runs }: MaskRegion, map: Float32Array, width: number, height: number): DetectedLine | undefined {
  const inner = uprightRectangle(minAreaRectangle(convexHull(endsOf(runs))))
  if (Math.min(inner.width, inner.height) < MIN_SIDE) return undefined
  const score = meanInside(map, width, height, cornersOf(inner))
  if (score < MIN_SCORE) return undefined
  const reach = inner.width * inner.height * UNCLIP_RATIO / (2 * (inner.width + inner.height))
  const widened = { ...inner, width: inner.width + 2 * reach, height: inner.height + 2 * reach }
  if (Math.min(widened.width, widened.height) < MIN_WIDENED_SIDE) return undefined
  // From the centres of cells to their squares.
  return { quad: mapQuad(cornersOf(widened), ({ x, y }) => ({ x: x + 0.5, y: y + 0.5 })), score }
}

// Both ends of every run, as x, y pairs sorted by y.
function endsOf (runs: Int32Array): Float64Array {
  const ends = new Float64Array(runs.length / 3 * 4)
  for (let run = 0, to = 0; run < runs.length; run += 3) {
    ends[to++] = runs[run + 1]!
    ends[to++] = runs[run]!
    ends[to++] = runs[run + 2]!
    ends[to++] = runs[run]!
  }
  return ends
}
