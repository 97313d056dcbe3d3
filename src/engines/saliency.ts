// Where people look in a picture: a readout trained here on the features of a frozen trunk, or a classic method without
// nets where those are not there.
import { booleanMap } from '../imaging/boolean-map.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { imageTensor } from '../imaging/image-tensor.js'
import { type InterestMap, peakNormalized } from '../imaging/interest-map.js'
import type { InferencePool } from '../runtime/inference-pool.js'
import type { LoadedFrom } from '../runtime/loaded-from.js'
import type { ImageInput, ModelTask } from '../runtime/model-facts.js'

/** The two nets and what they agree on. */
export interface SaliencyModel {
  readonly trunk: LoadedFrom
  /** The trunk's input. */
  readonly input: ImageInput
  readonly readout: LoadedFrom
  /** Outputs of the trunk that are inputs of the readout, by the same names. */
  readonly taps: readonly string[]
  /** The readout's output: [1, 1, height, width], shares that sum to 1. */
  readonly output: string
}

/** How much is computed: `fast` looks at fewer pixels and takes about half the time. */
export type SaliencyQuality = 'default' | 'fast'

interface Size {
  readonly width: number
  readonly height: number
}

/** Makes interest maps. */
export interface SaliencyEstimator {
  /** The size to decode a picture to, from that of the upright original, and by which kernel if not by the usual one. */
  sizeFor (original: Size, quality: SaliencyQuality): Size & { readonly kernel?: 'linear' }
  /** Interest of each cell, the greatest 1; a picture in which nothing can be told apart has a map of 0. */
  estimate (image: DecodedImage): Promise<InterestMap>
}

const TASK: ModelTask = 'saliency'
// Of the usual side.
const FAST_SHARE = 2 / 3
// The readout has learnt from pictures between 1 : 1 and 7 : 5; longer strips than this are squeezed to it.
const MAX_ASPECT = 4
// The classic method's working size; more pixels make it slower and not better.
const CLASSIC_SIDE_PX = 96

// Levels between the darkest and the lightest byte of a channel. Up to the first, as JPEG's noise on one colour has it,
// there is nothing to look at; from the second on interest is shown in full.
const FLAT_LEVELS = 6
const CLEAR_LEVELS = 24

/** The estimator over the trunk and the readout. */
export function createSaliencyEstimator (pool: InferencePool, { trunk, input, readout, taps, output }: SaliencyModel): SaliencyEstimator {
  const { size } = input
  if ('width' in size) throw new Error(`${trunk.id} takes one size only, and the heat map wants the picture's proportions`)
  const { multipleOf, usualSides: { [TASK]: usualSide = multipleOf }, kernels: { [TASK]: kernel } = {} } = size

  return {
    sizeFor: (original, quality) => ({
      ...proportionalSize(original, quality === 'fast' ? usualSide * FAST_SHARE : usualSide, multipleOf),
      ...kernel === undefined ? {} : { kernel }
    }),
    async estimate (image) {
      const feeds = { [input.name]: { data: imageTensor(image, input), dims: [1, 3, image.height, image.width] } }
      const clarity = clarityOf(image)
      const features = await pool.run(trunk, feeds, taps)
      const { [output]: interest } = await pool.run(readout, features, [output])
      const [,, height, width] = interest?.dims ?? []
      if (!(interest?.data instanceof Float32Array) || height === undefined || width === undefined) throw new Error(`${readout.id} has no map ${output}`)
      return faded({ values: interest.data, width, height }, clarity)
    }
  }
}

/** The classic method; needs nothing. */
export const classicEstimator: SaliencyEstimator = {
  sizeFor: ({ width, height }) => {
    const scale = Math.min(1, CLASSIC_SIDE_PX / Math.max(width, height))
    return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
  },
  estimate: async image => faded(booleanMap(image), clarityOf(image))
}

/** A size with about the proportions of the original and about `side` squared pixels. */
function proportionalSize ({ width, height }: Size, side: number, multipleOf: number): Size {
  const aspect = Math.min(MAX_ASPECT, Math.max(1 / MAX_ASPECT, width / height))
  const fitted = (length: number): number => Math.max(1, Math.round(length / multipleOf)) * multipleOf
  return { width: fitted(side * Math.sqrt(aspect)), height: fitted(side / Math.sqrt(aspect)) }
}

function faded (map: InterestMap, clarity: number): InterestMap {
  const { values, width, height } = peakNormalized(map)
  return { values: clarity < 1 ? values.map(value => value * clarity) : values, width, height }
}

/** 0 where a picture is of one colour, 1 where it is not, something between for what can hardly be seen. */
function clarityOf ({ data, channels }: DecodedImage): number {
  let range = 0
  for (let channel = 0; channel < 3; channel++) {
    let least = 255
    let most = 0
    for (let i = channel; i < data.length; i += channels) {
      const value = data[i]!
      if (value < least) least = value
      if (value > most) most = value
    }
    range = Math.max(range, most - least)
  }
  return Math.min(1, Math.max(0, (range - FLAT_LEVELS) / (CLEAR_LEVELS - FLAT_LEVELS)))
}
