// Labels and styles of a whole picture: one net, made of two that see it and of the heads trained on what they see.
import type { DecodedImage } from '../imaging/decoded-image.js'
import { imageTensor } from '../imaging/image-tensor.js'
import { resample } from '../imaging/resample.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput } from '../runtime/model-facts.js'
import { floatsOf } from '../runtime/tensor.js'

/** The facts of the net. */
export interface LabelHeadsModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
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
  /** @param image any size; it is squashed to what the net takes */
  read (image: DecodedImage): Promise<HeadLabels>
}

/** Makes the heads over their net. @throws Error where the row lacks a fixed size */
export function createLabelHeads (pool: Pick<InferencePool, 'run'>, { net, input, styles }: LabelHeadsModel): LabelHeads {
  if (!('width' in input.size)) throw new Error(`the input ${input.name} of ${net.id} has no size of its own`)
  const { width, height } = input.size
  return {
    async read (image) {
      const data = imageTensor(resample(image, { width, height }), input)
      const said = await pool.run(net, { [input.name]: { data, dims: [1, 3, height, width] } }, ['labels', 'styles'])
      const byStyle = floatsOf(said, 'styles')
      return { labels: floatsOf(said, 'labels'), styles: new Map(styles.map((name, index) => [name, byStyle[index] ?? 0])) }
    }
  }
}
