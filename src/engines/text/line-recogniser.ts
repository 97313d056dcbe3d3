// Reads one line: cut out and laid straight, through a net, its steps to words.
import type { DecodedImage } from '../../imaging/decoded-image.js'
import { imageTensor } from '../../imaging/image-tensor.js'
import { type Quad, quadHeight, quadWidth, sliceQuad, turnQuad } from '../../imaging/quad.js'
import { rectify } from '../../imaging/rectify.js'
import type { InferencePool } from '../../runtime/inference-pool.js'
import type { LoadedFrom } from '../../runtime/loaded-from.js'
import type { ImageInput } from '../../runtime/model-facts.js'
import { type Alphabet, readSteps } from './ctc.js'
import type { Transcript } from './transcript.js'

export interface LineRecogniser {
  /**
   * Reads what stands in a frame, once for each answer of the net, in the model's order.
   * @param quad in pixels of `image`, corners in reading order
   */
  read (image: DecodedImage, quad: Quad): Promise<readonly Transcript[]>
}

/** The facts of a recogniser's net. */
export interface LineRecogniserModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  /** Tensors of the net that are each a reading of the line; there is at least one. */
  readonly answers: ReadonlyArray<{ readonly output: string, readonly alphabet: Alphabet }>
}

// Heights of the line that its frame reaches further at both ends when it is read: else the first and last letters are
// cut (word F on signs .656 without, .674 with; receipts unchanged).
const END_REACH = 0.15
// A line so long is none; it bounds what one picture can cost.
const MAX_WIDTH = 3200

/** Makes a recogniser over a model with a fixed height and an open width. */
export function createLineRecogniser (pool: InferencePool, { net, input, answers }: LineRecogniserModel): LineRecogniser {
  const { size } = input
  if (!('multipleOf' in size) || size.usualSides['text-recognition'] === undefined) throw new Error(`the manifest's row of ${net.id} lacks its usual side`)
  const height = size.usualSides['text-recognition']
  return {
    async read (image, quad) {
      const reach = END_REACH * quadHeight(quad) / Math.max(1, quadWidth(quad))
      const vr = Number(process.env.VREACH ?? 0)
      const frame0 = sliceQuad(quad, -reach, 1 + reach)
      const frame = turnQuad(sliceQuad(turnQuad(frame0, 1), -vr, 1 + vr), 3)
      const natural = quadWidth(frame) / Math.max(1, quadHeight(frame)) * height
      const width = Math.min(MAX_WIDTH, Math.max(height, Math.round(natural / size.multipleOf) * size.multipleOf))
      const line = rectify(image, frame, width, height)
      const feeds = { [input.name]: { data: imageTensor(line, input), dims: [1, input.channels === 'grey' ? 1 : 3, height, width] } }
      const results = await pool.run(net, feeds, answers.map(({ output }) => output))
      return answers.map(({ output, alphabet }) => {
        const steps = results[output]
        if (steps === undefined) throw new Error(`${net.id} gave no steps`)
        return placeIn(readSteps(steps, alphabet), reach)
      })
    }
  }
}

// From shares of the widened frame to shares of the line's own; the first and last words may reach out of it.
function placeIn (words: Transcript, reach: number): Transcript {
  const place = (share: number): number => share * (1 + 2 * reach) - reach
  return words.map(word => ({
    ...word,
    from: place(word.from),
    to: place(word.to),
    glyphs: word.glyphs.map(glyph => ({ ...glyph, at: place(glyph.at) }))
  }))
}

/** The alphabet of a model from its file's text, one character a line. */
export function parseAlphabet (text: string, spaceClass: 'last' | 'listed', spaceThreshold: number): Alphabet {
  const listed = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const characters = ['', ...listed, ...(spaceClass === 'last' ? [' '] : [])]
  const space = characters.indexOf(' ')
  if (space < 0) throw new Error('the alphabet has no space')
  return { characters, spaceClass: space, spaceThreshold }
}
