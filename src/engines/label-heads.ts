// Labels and styles of a whole picture: a small net over what a backbone has seen and what the detector is sure of.
import type { DecodedImage } from '../imaging/decoded-image.js'
import { channelMaxima } from '../imaging/feature-maps.js'
import { imageTensor } from '../imaging/image-tensor.js'
import { resample } from '../imaging/resample.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput } from '../runtime/model-facts.js'
import type { Tensor, Tensors } from '../runtime/tensor.js'

/** A net that sees the picture. */
export interface SeeingNet {
  readonly net: LoadedFrom
  readonly input: ImageInput
}

/** The facts of the nets that see, and of the net over them. */
export interface LabelHeadsModel {
  readonly trunk: SeeingNet
  /** `parts`: its outputs, 1 x channels each, in the order in which the net over them was trained. */
  readonly backbone: SeeingNet & { readonly parts: readonly string[] }
  /** Both sides of the picture as it is squashed for the two. */
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
  /** @param image any size; it is squashed to what the nets take */
  read (image: DecodedImage): Promise<HeadLabels>
}

const CLASSES = 'keypoints'
/** What of the trunk the heads need: how sure the detector is of each of its classes. */
export const HEAD_TAPS: readonly string[] = [CLASSES]

/** Makes the heads over their nets. */
export function createLabelHeads (pool: Pick<InferencePool, 'run'>, { trunk, backbone, side, net, styles }: LabelHeadsModel): LabelHeads {
  async function see (pixels: DecodedImage, { net, input }: SeeingNet, outputs: readonly string[]): Promise<Tensors> {
    return await pool.run(net, { [input.name]: { data: imageTensor(pixels, input), dims: [1, 3, side, side] } }, outputs)
  }

  return {
    async read (image) {
      const pixels = resample(image, { width: side, height: side })
      const seen = await see(pixels, trunk, HEAD_TAPS)
      const known = await see(pixels, backbone, backbone.parts)
      const said = await pool.run(net, Object.fromEntries(Object.entries({
        maxima: channelMaxima(tap(seen, CLASSES)),
        backbone: Float32Array.from(backbone.parts.flatMap(name => Array.from(tap(known, name).data)))
      }).map(([name, data]) => [name, { data, dims: [1, data.length] }])), ['labels', 'styles'])
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
