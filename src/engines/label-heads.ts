// Labels and styles of a whole picture: a small net over what the detector's trunk has seen.
import type { DecodedImage } from '../imaging/decoded-image.js'
import { channelMaxima, channelMeans, channelDeviations } from '../imaging/feature-maps.js'
import { imageTensor } from '../imaging/image-tensor.js'
import { resample } from '../imaging/resample.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput } from '../runtime/model-facts.js'
import type { Tensor, Tensors } from '../runtime/tensor.js'

/** The facts of the trunk and of the net over it. */
export interface LabelHeadsModel {
  readonly trunk: LoadedFrom
  readonly trunkInput: ImageInput
  /** Sides of the picture as the trunk sees it for the heads. */
  readonly side: number
  readonly net: LoadedFrom
  /** Names of the styles, by index. */
  readonly styles: readonly string[]
}

/** What the heads say. */
export interface HeadLabels {
  /** Calibrated probabilities of the labels, by index into the net's table. */
  readonly labels: Float32Array
  /** Probability of each style by its name; they add up to 1. */
  readonly styles: ReadonlyMap<string, number>
}

export interface LabelHeads {
  /** @param image any size; it is squashed to the trunk's */
  read (image: DecodedImage): Promise<HeadLabels>
}

/** Taps of the trunk in the order in which the net was trained on them. */
const MEANS = ['stride8', 'stride16', 'stride32', 'stride16_expanded', 'stride32_expanded', 'stride32_last'] as const
const DEVIATIONS = ['stride8', 'stride16', 'stride32'] as const
const CLASSES = 'keypoints'
/** What of the trunk the heads need: one run gives it. */
export const HEAD_TAPS: readonly string[] = [...MEANS, CLASSES]

/** Makes the heads over their two nets. */
export function createLabelHeads (pool: Pick<InferencePool, 'run'>, { trunk, trunkInput, side, net, styles }: LabelHeadsModel): LabelHeads {
  return {
    async read (image) {
      const pixels = resample(image, { width: side, height: side })
      const seen = await pool.run(trunk, { [trunkInput.name]: { data: imageTensor(pixels, trunkInput), dims: [1, 3, side, side] } }, HEAD_TAPS)
      const features = Float32Array.from([
        ...MEANS.flatMap(name => [...channelMeans(tap(seen, name))]),
        ...DEVIATIONS.flatMap(name => [...channelDeviations(tap(seen, name))])
      ])
      const maxima = channelMaxima(tap(seen, CLASSES))
      const said = await pool.run(net, {
        features: { data: features, dims: [1, features.length] }, maxima: { data: maxima, dims: [1, maxima.length] }
      }, ['labels', 'styles'])
      const byStyle = tap(said, 'styles').data
      return { labels: tap(said, 'labels').data, styles: new Map(styles.map((name, index) => [name, byStyle[index] ?? 0])) }
    }
  }
}

function tap (tensors: Tensors, name: string): Tensor & { readonly data: Float32Array } {
  const tensor = tensors[name]
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) throw new Error(`the output ${name} is missing or no float32`)
  return { ...tensor, data: tensor.data }
}
