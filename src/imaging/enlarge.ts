// Enlarging by linear interpolation between the centres of pixels. libvips enlarges half a pixel off (measured with sharp
// 0.35: the picture moves by half an output pixel to the right and down, in both directions as soon as one is enlarged),
// which would turn boxes of mirrored pictures into others than those of the picture itself.

interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
}

/** The picture at a size no smaller than its own in either direction; the same object where nothing is to be done. */
export function enlarge<P extends Pixels> (image: P, { width, height }: { readonly width: number, readonly height: number }): P {
  const wide = width > image.width ? { ...image, data: widened(image, width), width } : image
  return height > wide.height ? { ...wide, data: heightened(wide, height), height } : wide
}

function widened ({ data, width, height, channels }: Pixels, newWidth: number): Uint8Array {
  const { before, after, share } = neighbours(width, newWidth)
  const result = new Uint8Array(newWidth * height * channels)
  let to = 0
  for (let y = 0; y < height; y++) {
    const row = y * width * channels
    for (let x = 0; x < newWidth; x++) {
      const left = row + before[x]! * channels
      const right = row + after[x]! * channels
      const weight = share[x]!
      for (let channel = 0; channel < channels; channel++) {
        const value = data[left + channel]!
        result[to++] = value + (data[right + channel]! - value) * weight + 0.5
      }
    }
  }
  return result
}

function heightened ({ data, width, height, channels }: Pixels, newHeight: number): Uint8Array {
  const { before, after, share } = neighbours(height, newHeight)
  const length = width * channels
  const result = new Uint8Array(length * newHeight)
  let to = 0
  for (let y = 0; y < newHeight; y++) {
    let above = before[y]! * length
    let below = after[y]! * length
    const weight = share[y]!
    for (const end = to + length; to < end; above++, below++) {
      const value = data[above]!
      result[to++] = value + (data[below]! - value) * weight + 0.5
    }
  }
  return result
}

// For each new pixel the two old ones around its centre, and how far it lies on the way from one to the other.
function neighbours (length: number, newLength: number): { before: Int32Array, after: Int32Array, share: Float64Array } {
  const before = new Int32Array(newLength)
  const after = new Int32Array(newLength)
  const share = new Float64Array(newLength)
  for (let index = 0; index < newLength; index++) {
    const at = Math.min(length - 1, Math.max(0, (index + 0.5) * length / newLength - 0.5))
    before[index] = Math.floor(at)
    after[index] = Math.min(length - 1, before[index]! + 1)
    share[index] = at - before[index]!
  }
  return { before, after, share }
}
