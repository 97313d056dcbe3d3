// Faces in a picture: one look at all of it, then a closer one at the heads of people whose faces are small there.
import { type Box, clampBox, suppressOverlaps } from '../imaging/boxes.js'
import type { DecodedImage } from '../imaging/decoded-image.js'
import { type Canvas, imageTensor } from '../imaging/image-tensor.js'
import { resample, toDecoded } from '../imaging/resample.js'
import type { InferencePool, LoadedFrom } from '../runtime/inference-pool.js'
import type { ImageInput, ModelOutput } from '../runtime/model-facts.js'
import type { Tensors } from '../runtime/tensor.js'

/** One face; the box in pixels of the upright original, within the picture. */
export interface Face {
  /** 0..1, as the net gives it. */
  readonly score: number
  readonly box: Box
}

/** The facts of a face detector's net. */
export interface FaceModel {
  readonly net: LoadedFrom
  readonly input: ImageInput
  readonly outputs: readonly ModelOutput[]
}

export interface FaceDetector {
  /**
   * All faces of at least `minScore`, by falling score.
   * @param image any size; what is smaller in it than in the file is lost for the closer look
   * @param people boxes of people in pixels of the upright original, the most certain first
   */
  detect (image: DecodedImage, minScore: number, people?: readonly Box[]): Promise<Face[]>
}

/** BlazeFace (Bazarevsky et al., arXiv:1907.05047) with its grids: scores and boxes of each, and the anchors of a cell. */
const GRIDS = [
  { scores: 'scores_stride16', boxes: 'boxes_stride16' },
  { scores: 'scores_stride32', boxes: 'boxes_stride32' }
] as const
const MAX_OVERLAP = 0.3
// Each closer look costs as much as the first.
const MAX_CLOSER_LOOKS = 4
// A head is looked at again where that shows it at least so much larger.
const LEAST_ENLARGEMENT = 2.5

/** Makes a face detector over a model. @throws Error where the row lacks an output or a fixed size */
export function createFaceDetector (pool: Pick<InferencePool, 'run'>, { net, input, outputs }: FaceModel): FaceDetector {
  if (!('width' in input.size)) throw new Error(`the input ${input.name} of ${net.id} has no size of its own`)
  const side = input.size
  const grids = GRIDS.map(({ scores, boxes }) => {
    const stride = outputs.find(({ name }) => name === scores)?.stride
    if (stride === undefined || !outputs.some(({ name }) => name === boxes)) throw new Error(`the row of ${net.id} lacks ${scores} with its stride, or ${boxes}`)
    return { scores, boxes, stride }
  })
  const names = grids.flatMap(({ scores, boxes }) => [scores, boxes])

  /** `region` and what comes back in pixels of the original, so that a picture squashed on decoding is seen in its own proportions. */
  async function look (image: DecodedImage, region: Box, minScore: number): Promise<Face[]> {
    const scale = Math.min(side.width / region.width, side.height / region.height)
    const width = Math.max(1, Math.round(region.width * scale))
    const height = Math.max(1, Math.round(region.height * scale))
    const canvas: Canvas = {
      width: side.width, height: side.height, left: (side.width - width) >> 1, top: (side.height - height) >> 1, pad: input.pad ?? 0
    }
    const data = imageTensor(resample(image, { width, height }, toDecoded(region, image)), input, canvas)
    const found = await pool.run(net, { [input.name]: { data, dims: [1, 3, side.height, side.width] } }, names)
    return grids.flatMap(grid => readGrid(found, grid, side, minScore)).map(({ score, box }) => ({
      score,
      box: {
        x: region.x + (box.x - canvas.left) * region.width / width,
        y: region.y + (box.y - canvas.top) * region.height / height,
        width: box.width * region.width / width,
        height: box.height * region.height / height
      }
    }))
  }

  return {
    async detect (image, minScore, people = []) {
      const { original } = image
      let faces = await look(image, { x: 0, y: 0, ...original }, minScore)
      const heads = people.map(headOf)
        .filter(head => Math.max(original.width, original.height) >= LEAST_ENLARGEMENT * head.width)
        .filter(head => !faces.some(face => isWithin(face.box, head)))
        .slice(0, MAX_CLOSER_LOOKS)
      for (const head of heads) faces = [...faces, ...await look(image, head, minScore)]
      return suppressOverlaps(faces.map(face => ({ ...face, classIndex: 0 })), MAX_OVERLAP).flatMap(({ score, box }) => {
        const clamped = clampBox(box, original)
        return clamped === undefined ? [] : [{ score, box: clamped }]
      })
    }
  }
}

/** The square in which a person's head is to be expected: of someone standing, sitting, or shown from the chest up. */
function headOf ({ x, y, width, height }: Box): Box {
  const side = Math.min(1.2 * width, 0.5 * height)
  return { x: x + width / 2 - side / 2, y: y - 0.15 * side, width: side, height: side }
}

function isWithin (box: Box, frame: Box): boolean {
  const x = box.x + box.width / 2
  const y = box.y + box.height / 2
  return x >= frame.x && x <= frame.x + frame.width && y >= frame.y && y <= frame.y + frame.height
}

function readGrid (
  outputs: Tensors, { scores, boxes, stride }: { readonly scores: string, readonly boxes: string, readonly stride: number },
  side: { readonly width: number, readonly height: number }, minScore: number
): Face[] {
  const logits = outputs[scores]?.data
  const offsets = outputs[boxes]?.data
  if (!(logits instanceof Float32Array) || !(offsets instanceof Float32Array)) throw new Error(`the outputs ${scores} and ${boxes} are missing or no float32`)
  const columns = side.width / stride
  const perCell = logits.length / (columns * (side.height / stride))
  const values = offsets.length / logits.length
  const found: Face[] = []
  for (let anchor = 0; anchor < logits.length; anchor++) {
    const score = 1 / (1 + Math.exp(-logits[anchor]!))
    if (score < minScore) continue
    const cell = Math.floor(anchor / perCell)
    const x = (cell % columns + 0.5) * stride + offsets[anchor * values]!
    const y = (Math.floor(cell / columns) + 0.5) * stride + offsets[anchor * values + 1]!
    const width = offsets[anchor * values + 2]!
    const height = offsets[anchor * values + 3]!
    found.push({ score, box: { x: x - width / 2, y: y - height / 2, width, height } })
  }
  return found
}
