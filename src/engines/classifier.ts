// What a picture shows as a whole: one net with a probability for each of its classes.
import type { DecodedImage } from '../imaging/decoded-image.js'
import { imageTensor } from '../imaging/image-tensor.js'
import { centreSquare, resample } from '../imaging/resample.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput, ModelOutput } from '../runtime/model-facts.js'
import { floatsOf, type Tensor } from '../runtime/tensor.js'

/** The facts of a classifier's net. */
export interface ClassifierModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly output: ModelOutput
}

export interface Classifier {
  /** Probabilities by class, which add up to 1. The picture may have any size; the short side should not be under that of the net's input. */
  classify (image: DecodedImage): Promise<Float32Array>
}

/** Makes a classifier over a model. @throws Error where the row lacks a fixed size or has an activation that gives no probabilities */
export function createClassifier (pool: Pick<InferencePool, 'run'>, { net, input, output }: ClassifierModel): Classifier {
  if (!['logits', 'softmax'].includes(output.activation)) throw new Error(`the output ${output.name} of ${net.id} gives no probabilities of classes`)
  return {
    async classify (image) {
      const outputs = await pool.run(net, { [input.name]: classifierTensor(image, input) }, [output.name])
      const scores = floatsOf(outputs, output.name)
      return output.activation === 'logits' ? softmax(scores) : scores
    }
  }
}

/** The net's input: the middle of the picture, or all of it, at the net's size. Exported for tests against the reference. */
export function classifierTensor (image: DecodedImage, input: ImageInput): Tensor {
  if (!('width' in input.size)) throw new Error(`the input ${input.name} has no size of its own`)
  const { width, height } = input.size
  const pixels = resample(image, { width, height }, input.fit === 'centre-crop' ? centreSquare(image, width / (input.shortSide ?? width)) : undefined)
  const planar = imageTensor(pixels, input)
  const channels = input.channels === 'grey' ? 1 : 3
  const type = input.type === 'float16' ? input.type : undefined
  return input.layout === 'NCHW'
    ? { data: planar, dims: [1, channels, height, width], type }
    : { data: interleave(planar, channels), dims: [1, height, width, channels], type }
}

function interleave (planar: Float32Array, channels: number): Float32Array {
  const cells = planar.length / channels
  const interleaved = new Float32Array(planar.length)
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < cells; cell++) interleaved[cell * channels + channel] = planar[channel * cells + cell]!
  }
  return interleaved
}

// Less the highest, so that no exponential overflows.
function softmax (logits: Float32Array): Float32Array {
  const highest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity)
  const powers = logits.map(logit => Math.exp(logit - highest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}
