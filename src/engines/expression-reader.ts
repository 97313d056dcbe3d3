// The expression of a face: one net over the square around it.
import type { Box } from '../imaging/boxes.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { imageTensor } from '../imaging/image-tensor.js'
import { resample, toDecoded } from '../imaging/resample.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput, ModelOutput } from '../runtime/model-facts.js'
import { floatsOf } from '../runtime/tensor.js'

/** The facts of an expression net. */
export interface ExpressionModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly output: ModelOutput
  /** Names of the expressions, by index. */
  readonly names: readonly string[]
}

export interface ExpressionReader {
  /** The probability of each expression by its name. @param face in pixels of the upright original */
  read (image: DecodedImage, face: Box): Promise<ReadonlyMap<string, number>>
}

/** Makes a reader over a model. @throws Error where the row lacks a fixed size */
export function createExpressionReader (pool: Pick<InferencePool, 'run'>, { net, input, output, names }: ExpressionModel): ExpressionReader {
  if (!('width' in input.size)) throw new Error(`the input ${input.name} of ${net.id} has no size of its own`)
  const size = input.size
  return {
    async read (image, face) {
      const side = Math.max(face.width, face.height) * (input.boxScale ?? 1)
      const square = { x: face.x + face.width / 2 - side / 2, y: face.y + face.height / 2 - side / 2, width: side, height: side }
      const data = imageTensor(resample(image, size, toDecoded(square, image)), input)
      const outputs = await pool.run(net, { [input.name]: { data, dims: [1, input.channels === 'grey' ? 1 : 3, size.height, size.width] } }, [output.name])
      const probabilities = floatsOf(outputs, output.name)
      return new Map(names.map((name, index) => [name, probabilities[index] ?? 0]))
    }
  }
}
