// Reads one line: cut out and laid straight, through a net, its steps to words. One run may give two readings.
import type { DecodedImage } from '../../imaging/decoded-image.js'
import { imageTensor } from '../../imaging/image-tensor.js'
import { type Quad, quadHeight, quadWidth, sliceQuad } from '../../imaging/quad.js'
import { rectify } from '../../imaging/rectify.js'
import type { InferencePool } from '../../runtime/inference-pool.js'
import type { LoadedFrom } from '../../runtime/loaded-from.js'
import type { ImageInput } from '../../runtime/model-facts.js'
import type { PriorUse } from './beam-search.js'
import { type Alphabet, readSteps, readWithPrior } from './ctc.js'
import { placed, type Transcript } from './transcript.js'

/** What the nets read in one line. */
export interface NetReading {
  /** Of the net that reads most of what there is in print. */
  readonly general: Transcript
  /** Of the net that has learnt Latin script, with its accents and handwriting; empty where there is none. */
  readonly latin: Transcript
}

export interface LineRecogniser {
  /**
   * Reads what stands in a frame.
   * @param quad in pixels of `image`, corners in reading order
   * @param share of its width that the line is squeezed to, its height unchanged
   */
  read (image: DecodedImage, quad: Quad, share?: number): Promise<NetReading>
}

/** A tensor that holds the steps of a line, and what its classes mean. */
export interface LineAnswer {
  readonly output: string
  readonly alphabet: Alphabet
}

/** The facts of a recogniser's net. */
export interface LineRecogniserModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly general: LineAnswer
  readonly latin: LineAnswer & { readonly prior: PriorUse } | undefined
}

// Heights of the line that its frame reaches further at both ends when it is read: else the first and last letters are
// cut (word F on signs .656 without, .674 with; receipts unchanged).
const END_REACH = 0.15
// A line so long is none; it bounds what one picture can cost.
const MAX_WIDTH = 3200

/** Makes a recogniser over a model with a fixed height and an open width. */
export function createLineRecogniser (pool: InferencePool, { net, input, general, latin }: LineRecogniserModel): LineRecogniser {
  const { size } = input
  if (!('multipleOf' in size) || size.usualSides['text-recognition'] === undefined) throw new Error(`the manifest's row of ${net.id} lacks its usual side`)
  const height = size.usualSides['text-recognition']
  const outputs = [{ name: general.output, columns: [general.alphabet.spaceClass] }, ...(latin === undefined ? [] : [latin.output])]
  return {
    async read (image, quad, share = 1) {
      const reach = END_REACH * quadHeight(quad) / Math.max(1, quadWidth(quad))
      const frame = sliceQuad(quad, -reach, 1 + reach)
      const natural = quadWidth(frame) / Math.max(1, quadHeight(frame)) * height
      const width = Math.min(MAX_WIDTH, Math.max(height, Math.round(share * natural / size.multipleOf) * size.multipleOf))
      const line = rectify(image, frame, width, height)
      const feeds = { [input.name]: { data: imageTensor(line, input), dims: [1, input.channels === 'grey' ? 1 : 3, height, width] } }
      const results = await pool.run(net, feeds, outputs)
      const stepsOf = ({ output }: LineAnswer) => {
        const steps = results[output]
        if (steps === undefined) throw new Error(`${net.id} gave no ${output}`)
        return steps
      }
      return {
        general: placeIn(readSteps(stepsOf(general), general.alphabet), reach),
        latin: latin === undefined ? [] : placeIn(readWithPrior(stepsOf(latin), latin.alphabet, latin.prior), reach)
      }
    }
  }
}

// From shares of the widened frame to shares of the line's own; the first and last words may reach out of it.
function placeIn (words: Transcript, reach: number): Transcript {
  return placed(words, share => share * (1 + 2 * reach) - reach)
}

/** The alphabet of a model from its file's text, one character a line. */
export function parseAlphabet (text: string, spaceClass: 'last' | 'listed', spaceThreshold: number): Alphabet {
  const listed = text.replace(/\r?\n$/, '').split(/\r?\n/)
  const characters = ['', ...listed, ...(spaceClass === 'last' ? [' '] : [])]
  const space = characters.indexOf(' ')
  if (space < 0) throw new Error('the alphabet has no space')
  return { characters, spaceClass: space, spaceThreshold }
}
