// From pixels to the numbers a net wants: channel order, scale, mean and deviation, in one pass over typed arrays.
import type { DecodedImage } from './decoded-image.js'

/** How bytes become values: (byte / divisor - mean) / std, for each channel in the order of `channels`. */
export interface TensorFacts {
  readonly channels: 'RGB' | 'BGR' | 'grey'
  /** Shares of red, green and blue in a grey value; those of ITU-R BT.601 if not given. */
  readonly greyWeights?: readonly number[] | undefined
  readonly divisor: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** The canvas the picture is put on, and where; the rest is filled with the byte `pad`. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  readonly pad: number
}

const BT601 = [0.299, 0.587, 0.114] as const

/**
 * Planar values (channels, height, width) of an RGB or RGBA picture; alpha is left out. Without a canvas the tensor has
 * the picture's own size.
 */
export function imageTensor (image: DecodedImage, facts: TensorFacts, canvas?: Canvas): Float32Array<ArrayBuffer> {
  const width = canvas?.width ?? image.width
  const height = canvas?.height ?? image.height
  const planes = facts.channels === 'grey' ? 1 : 3
  const tensor = new Float32Array(planes * width * height)
  for (let plane = 0; plane < planes; plane++) {
    const values = valuesOfBytes(facts.divisor, facts.mean[plane]!, facts.std[plane]!)
    const part = tensor.subarray(plane * width * height, (plane + 1) * width * height)
    if (canvas !== undefined) part.fill(values[canvas.pad]!)
    const offset = (canvas?.top ?? 0) * width + (canvas?.left ?? 0)
    if (facts.channels === 'grey') fillGrey(part, image, facts, offset, width)
    else fillPlane(part, image, facts.channels === 'BGR' ? 2 - plane : plane, values, offset, width)
  }
  return tensor
}

// A table instead of arithmetic for each pixel: there are only 256 bytes.
function valuesOfBytes (divisor: number, mean: number, std: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => (byte / divisor - mean) / std)
}

function fillPlane (
  plane: Float32Array, { data, width, height, channels }: DecodedImage, channel: number, values: Float32Array, offset: number, stride: number
): void {
  for (let y = 0; y < height; y++) {
    let from = y * width * channels + channel
    let to = offset + y * stride
    for (let x = 0; x < width; x++, from += channels) plane[to++] = values[data[from]!]!
  }
}

function fillGrey (
  plane: Float32Array, { data, width, height, channels }: DecodedImage, { greyWeights = BT601, divisor, mean, std }: TensorFacts, offset: number, stride: number
): void {
  const [red, green, blue] = greyWeights
  for (let y = 0; y < height; y++) {
    let from = y * width * channels
    let to = offset + y * stride
    for (let x = 0; x < width; x++, from += channels) {
      const grey = red! * data[from]! + green! * data[from + 1]! + blue! * data[from + 2]!
      plane[to++] = (grey / divisor - mean[0]!) / std[0]!
    }
  }
}
