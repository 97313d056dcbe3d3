// How the outputs of each family of detectors become boxes. All work in input pixels of the net.
import type { Box } from '../../imaging/boxes.js'
import type { DetectionHeadName } from '../../runtime/model-facts.js'
import type { Tensor, Tensors } from '../../runtime/tensor.js'

/** One candidate; `score` 0..1 as the net gives it, `box` in input pixels and not yet clamped. */
export interface Candidate {
  readonly classIndex: number
  readonly score: number
  readonly box: Box
}

/** The way from outputs to candidates. */
export interface DetectionHead {
  readonly outputs: readonly string[]
  /** Whether several candidates may stand for one object. */
  readonly overlaps: boolean
  /** All candidates of at least `minScore`, in no order. */
  read (outputs: Tensors, input: { readonly width: number, readonly height: number }, minScore: number): Candidate[]
}

/**
 * CenterNet (Zhou et al., Objects as Points, arXiv:1904.07850): a map of centres for each class, of which the peaks
 * count, and from each cell the distances to the four sides.
 */
export const CENTRE_HEAD: DetectionHead = {
  outputs: ['keypoints', 'wh'],
  overlaps: true,
  read (outputs, input, minScore) {
    const { data: keypoints, dims: [, classes = 0, rows = 0, columns = 0] } = floats(outputs, 'keypoints')
    const { data: sides } = floats(outputs, 'wh')
    const cells = rows * columns
    const stride = input.width / columns
    const found: Candidate[] = []
    for (let classIndex = 0; classIndex < classes; classIndex++) {
      const map = keypoints.subarray(classIndex * cells, (classIndex + 1) * cells)
      for (let cell = 0; cell < cells; cell++) {
        const score = map[cell]!
        if (score < minScore) continue
        const row = Math.floor(cell / columns)
        const column = cell - row * columns
        if (!isPeak(map, row, column, rows, columns)) continue
        const left = sides[cell]!
        const top = sides[cells + cell]!
        found.push({
          classIndex,
          score,
          box: {
            x: column * stride - left,
            y: row * stride - top,
            width: left + sides[2 * cells + cell]!,
            height: top + sides[3 * cells + cell]!
          }
        })
      }
    }
    return found
  }
}

/** Detectors that give a class, a box (left, top, right, bottom) and a score for each candidate, as DEIMv2. */
export const CANDIDATE_HEAD: DetectionHead = {
  outputs: ['labels', 'boxes', 'scores'],
  overlaps: true,
  read (outputs, _input, minScore) {
    const { data: scores } = floats(outputs, 'scores')
    const { data: boxes } = floats(outputs, 'boxes')
    const labels = outputs.labels?.data
    if (labels === undefined) throw new Error('the output labels is missing')
    const found: Candidate[] = []
    for (let index = 0; index < scores.length; index++) {
      const score = scores[index]!
      if (score < minScore) continue
      const x = boxes[index * 4]!
      const y = boxes[index * 4 + 1]!
      found.push({
        classIndex: Number(labels[index]),
        score,
        box: { x, y, width: boxes[index * 4 + 2]! - x, height: boxes[index * 4 + 3]! - y }
      })
    }
    return found
  }
}

const YOLOX_STRIDES = [8, 16, 32] as const

/**
 * YOLOX (Ge et al., arXiv:2107.08430): for each cell of three grids the offset of the centre, the logarithms of the
 * size, an objectness and a score for each class.
 */
export const YOLOX_HEAD: DetectionHead = {
  outputs: ['output'],
  overlaps: true,
  read (outputs, input, minScore) {
    const { data, dims: [, , length = 0] } = floats(outputs, 'output')
    const found: Candidate[] = []
    let at = 0
    for (const stride of YOLOX_STRIDES) {
      const columns = input.width / stride
      for (let cell = 0; cell < columns * (input.height / stride); cell++, at += length) {
        const objectness = data[at + 4]!
        if (objectness < minScore) continue
        const width = Math.exp(data[at + 2]!) * stride
        const height = Math.exp(data[at + 3]!) * stride
        const box = {
          x: (data[at]! + cell % columns) * stride - width / 2,
          y: (data[at + 1]! + Math.floor(cell / columns)) * stride - height / 2,
          width,
          height
        }
        for (let classIndex = 0; classIndex < length - 5; classIndex++) {
          const score = objectness * data[at + 5 + classIndex]!
          if (score >= minScore) found.push({ classIndex, score, box })
        }
      }
    }
    return found
  }
}

/** The heads by the names that the rows of the manifest give them. */
export const DETECTION_HEADS: Readonly<Record<DetectionHeadName, DetectionHead>> = { centernet: CENTRE_HEAD, candidates: CANDIDATE_HEAD, yolox: YOLOX_HEAD }

function isPeak (map: Float32Array, row: number, column: number, rows: number, columns: number): boolean {
  const score = map[row * columns + column]!
  for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
      if (map[y * columns + x]! > score) return false
    }
  }
  return true
}

function floats (outputs: Tensors, name: string): { readonly data: Float32Array, readonly dims: Tensor['dims'] } {
  const tensor = outputs[name]
  if (tensor === undefined || !(tensor.data instanceof Float32Array)) throw new Error(`the output ${name} is missing or no float32`)
  return { data: tensor.data, dims: tensor.dims }
}
