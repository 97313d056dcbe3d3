// Work on whole pictures for which OpenCV is faster than a loop.
import type { GrayImage, GrayPlane } from '../imaging/gray-image.js'
import type { Handle, Keep, Opencv } from '../runtime/opencv.js'

/** Blurs by a Gaussian; the border repeats. */
export type Blur = (image: GrayImage | GrayPlane, sigma: number) => GrayPlane

/** Turns a picture by an affine map [a b c; d e f] from the result's pixels to the picture's; grey outside. */
export type Warp = (image: GrayImage, map: Float64Array, width: number, height: number) => GrayImage

const OUTSIDE = 127
/** WARP_INVERSE_MAP: the matrix leads from the result to the source. */
const INVERSE_MAP = 16
const REACH = 3

/** Blurring by OpenCV, in single precision. */
export function opencvBlur (cv: Opencv): Blur {
  return ({ data, width, height }, sigma) => freeing(keep => {
    const plane = keep(new cv.Mat(height, width, cv.CV_32FC1))
    plane.data32F.set(data)
    const blurred = keep(new cv.Mat())
    const side = 2 * Math.max(1, Math.ceil(sigma * REACH)) + 1
    cv.GaussianBlur(plane, blurred, new cv.Size(side, side), sigma, sigma, cv.BORDER_REPLICATE)
    return { data: Float32Array.from(blurred.data32F), width, height }
  })
}

/** Warping by OpenCV, bilinear. */
export function opencvWarp (cv: Opencv): Warp {
  return (image, map, width, height) => freeing(keep => {
    const from = keep(new cv.Mat(image.height, image.width, cv.CV_8UC1))
    from.data.set(image.data)
    const matrix = keep(new cv.Mat(2, 3, cv.CV_64FC1))
    matrix.data64F.set(map)
    const to = keep(new cv.Mat())
    cv.warpAffine(from, to, matrix, new cv.Size(width, height), cv.INTER_LINEAR | INVERSE_MAP, cv.BORDER_CONSTANT, new cv.Scalar(OUTSIDE))
    return { data: Uint8Array.from(to.data), width, height }
  })
}

// At once, not at the end of the whole search, so that the heap stays small.
function freeing<T> (work: (keep: Keep) => T): T {
  const handles: Handle[] = []
  try {
    return work(handle => { handles.push(handle); return handle })
  } finally {
    for (const handle of handles) handle.delete()
  }
}
