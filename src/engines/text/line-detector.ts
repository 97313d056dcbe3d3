// Where lines of text are: the detector's map of probabilities, thresholded, as rectangles at any angle (differentiable
// binarisation, Liao 2020: the net marks the inner part of a line, which is then widened by its area and its outline).
import type { DecodedImage } from '../../imaging/decoded-image.js'
import { imageTensor } from '../../imaging/image-tensor.js'
import { findRegions, type MaskRegion } from '../../imaging/mask-regions.js'
import { type TurnedRectangle, convexHull, cornersOf, meanInside, minAreaRectangle, uprightRectangle } from '../../imaging/min-area-rectangle.js'
import { mapQuad, type Quad } from '../../imaging/quad.js'
import { type QuarterTurns, turnBack, turnImage } from '../../imaging/turn-image.js'
import type { InferencePool } from '../../runtime/inference-pool.js'
import type { LoadedFrom } from '../../runtime/loaded-from.js'
import type { ImageInput } from '../../runtime/model-facts.js'

/** A line of text that was seen. */
export interface DetectedLine {
  /** Around the line, in pixels of the upright original; its first side is the one within 45° of the horizontal of the picture as it was looked at. */
  readonly quad: Quad
  /** Mean probability inside, 0..1. */
  readonly score: number
}

export interface LineDetector {
  /** The size to bring a picture of some size to. */
  sizeFor (original: DecodedImage['original']): { readonly width: number, readonly height: number }
  /**
   * Lines in a picture that has that size.
   * @param turns what the picture is turned by before it is looked at: the net sees upright lines best, and of others its
   *   frames cut the feet
   */
  detect (image: DecodedImage, turns?: QuarterTurns): Promise<DetectedLine[]>
}

/** The facts of a detector's net. */
export interface LineDetectorModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly output: string
}

// Measured on photographs of signs and on receipts (word F): other thresholds are no better, and widening by 1.5 and more,
// usual for this net, costs .05 and more because the recogniser reads tight crops better. By 1.3 frames cut heads and feet
// (word F .703 and .929, by 1.4 .707 and .925: `npm run eval -- text-signs text-receipts`). A mean of .6, the usual one, drops
// whole lines of pages.
const THRESHOLD = 0.3
const MIN_SCORE = 0.5
const UNCLIP_RATIO = 1.4
const DILATION = 2
// Smaller than this, in cells of the map, nothing can be read.
const MIN_SIDE = 3
const MIN_WIDENED_SIDE = 5
// So many times higher than the usual line of the picture, a region may be several lines that touch.
const STUCK_HEIGHT = 1.6
const PART_THRESHOLDS = [0.5, 0.6, 0.7, 0.8, 0.9]
const MAX_PART_HEIGHT = 0.65
// Parts are cut out at a higher threshold, so they are thinner.
const PART_UNCLIP_RATIO = 1.7
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
    async detect (image, turns = 0) {
      const turned = turnImage(image, turns)
      const { width, height, original } = turned
      const feeds = { [input.name]: { data: imageTensor(turned, input), dims: [1, 3, height, width] } }
      const { [output]: map } = await pool.run(net, feeds, [output])
      if (map === undefined || !(map.data instanceof Float32Array)) throw new Error(`${net.id} gave no map`)
      const probabilities = map.data
      const scaleX = original.width / width
      const scaleY = original.height / height
      return findLines({ probabilities, width, height })
        .map(({ quad, score }) => ({ score, quad: mapQuad(quad, ({ x, y }) => turnBack({ x: x * scaleX, y: y * scaleY }, image.original, turns)) }))
    }
  }
}

/** The net's answer: how much each cell belongs to a line. */
export interface LineMap {
  readonly probabilities: Float32Array
  readonly width: number
  readonly height: number
}

/** The lines in a map, in its cells. */
export function findLines (map: LineMap): DetectedLine[] {
  const regions = findRegions(map.probabilities, map.width, map.height, THRESHOLD, DILATION)
    .map(region => ({ region, inner: innerOf(region) }))
    .filter(({ inner }) => Math.min(inner.width, inner.height) >= MIN_SIDE)
  const usualHeight = median(regions.map(({ inner }) => Math.min(inner.width, inner.height)))
  return regions.flatMap(({ region, inner }) => {
    const parts = Math.min(inner.width, inner.height) > STUCK_HEIGHT * usualHeight ? partsOf(region, inner, map) : []
    const lines = parts.length > 0 ? parts : [{ inner, unclip: UNCLIP_RATIO, grown: DILATION }]
    return lines.flatMap(line => lineOf(line, map) ?? [])
  })
}

function innerOf ({ runs }: MaskRegion): TurnedRectangle {
  return uprightRectangle(minAreaRectangle(convexHull(endsOf(runs))))
}

interface InnerLine {
  /** Around the centres of the region's cells. */
  readonly inner: TurnedRectangle
  readonly unclip: number
  /** The side of the block that each cell of the region was widened to. */
  readonly grown: number
}

// Lines that stand close touch in the map; between them it is lower. None where it does not fall apart into lines.
function partsOf (region: MaskRegion, whole: TurnedRectangle, map: LineMap): InnerLine[] {
  const frame = frameOf(region.runs)
  const cut = cutOut(region, frame, map)
  const isTall = whole.height > whole.width
  for (const threshold of PART_THRESHOLDS) {
    const parts = findRegions(cut, frame.width, frame.height, threshold, 1)
      .map(innerOf)
      .filter(inner => Math.min(inner.width, inner.height) >= MIN_SIDE - 1)
      .map(inner => ({ ...inner, centre: { x: inner.centre.x + frame.left, y: inner.centre.y + frame.top } }))
    const thin = parts.every(inner => isTall ? inner.width < MAX_PART_HEIGHT * whole.width : inner.height < MAX_PART_HEIGHT * whole.height)
    if (parts.length > 1 && thin) return parts.map(inner => ({ inner, unclip: PART_UNCLIP_RATIO, grown: 1 }))
  }
  return []
}

interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function frameOf (runs: Int32Array): Frame {
  let left = Infinity
  let right = -Infinity
  for (let run = 0; run < runs.length; run += 3) {
    left = Math.min(left, runs[run + 1]!)
    right = Math.max(right, runs[run + 2]!)
  }
  const top = runs[0]!
  return { left, top, width: right - left + 1, height: runs[runs.length - 3]! - top + 1 }
}

// The region's own cells; what else lies in its frame is 0.
function cutOut ({ runs }: MaskRegion, { left, top, width, height }: Frame, map: LineMap): Float32Array {
  const cut = new Float32Array(width * height)
  for (let run = 0; run < runs.length; run += 3) {
    const y = runs[run]!
    const from = y * map.width + runs[run + 1]!
    const to = y * map.width + runs[run + 2]! + 1
    cut.set(map.probabilities.subarray(from, to), (y - top) * width + runs[run + 1]! - left)
  }
  return cut
}

function median (values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
}

function lineOf ({ inner, unclip, grown }: InnerLine, { probabilities, width, height }: LineMap): DetectedLine | undefined {
  const score = meanInside(probabilities, width, height, cornersOf(inner))
  if (score < MIN_SCORE) return undefined
  const reach = inner.width * inner.height * unclip / (2 * (inner.width + inner.height))
  const widened = { ...inner, width: inner.width + 2 * reach, height: inner.height + 2 * reach }
  if (Math.min(widened.width, widened.height) < MIN_WIDENED_SIDE) return undefined
  // From the centres of cells to the plane, and back by half of what the region has grown to the right and downwards.
  const shift = 0.5 - (grown - 1) / 2
  return { quad: mapQuad(cornersOf(widened), ({ x, y }) => ({ x: x + shift, y: y + shift })), score }
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
