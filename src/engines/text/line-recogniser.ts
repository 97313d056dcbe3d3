// Reads one line: cut out and laid straight, through a net, its steps to words.
import type { DecodedImage } from '../../imaging/decoded-image.js'
import { imageTensor } from '../../imaging/image-tensor.js'
import { type Quad, quadHeight, quadWidth } from '../../imaging/quad.js'
import { rectify } from '../../imaging/rectify.js'
import type { InferencePool, LoadedFrom } from '../../runtime/inference-pool.js'
import type { ImageInput } from '../../runtime/model-facts.js'
import { type Alphabet, readSteps } from './ctc.js'
import type { Transcript } from './transcript.js'

export interface LineRecogniser {
  /**
   * Reads what stands in a frame.
   * @param quad in pixels of `image`, corners in reading order
   */
  read (image: DecodedImage, quad: Quad): Promise<Transcript>
}

/** The facts of a recogniser's net. */
export interface LineRecogniserModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly output: string
  readonly alphabet: Alphabet
}

// A line so long is none; it bounds what one picture can cost.
const MAX_WIDTH = 3200

/** Makes a recogniser over a model with a fixed height and an open width. */
export function createLineRecogniser (pool: InferencePool, { net, input, output, alphabet }: LineRecogniserModel): LineRecogniser {
  const { size } = input
  if (!('multipleOf' in size) || size.usualSides['text-recognition'] === undefined) throw new Error(`the manifest's row of ${net.id} lacks its usual side`)
  const height = size.usualSides['text-recognition']
  return {
    async read (image, quad) {
      const natural = quadWidth(quad) / Math.max(1, quadHeight(quad)) * height
      const width = Math.min(MAX_WIDTH, Math.max(height, Math.round(natural / size.multipleOf) * size.multipleOf))
      const line = rectify(image, quad, width, height)
      const feeds = { [input.name]: { data: imageTensor(line, input), dims: [1, input.channels === 'grey' ? 1 : 3, height, width] } }
      const { [output]: steps } = await pool.run(net, feeds, [output])
      if (steps === undefined) throw new Error(`${net.id} gave no steps`)
      return readSteps(steps, alphabet)
    }
  }
}

/** The alphabet of a model from its file's text, one character a line. */
export function parseAlphabet (text: string, spaceClass: 'last' | 'listed', spaceThreshold: number): Alphabet {
  const listed = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const characters = ['', ...listed, ...(spaceClass === 'last' ? [' '] : [])]
  const space = characters.indexOf(' ')
  if (space < 0) throw new Error('the alphabet has no space')
  return { characters, spaceClass: space, spaceThreshold }
}
