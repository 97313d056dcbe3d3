// The size at which pictures are compared.
import type { GrayImage } from '../imaging/gray-image.js'
import type { Keep, Opencv } from '../runtime/opencv.js'

/** The longest side, in pixels. */
export const WORKING_SIDE_PX = 512

/** Longest side exactly WORKING_SIDE_PX, the other one rounded down; never 0. */
export function workingSize ({ width, height }: { readonly width: number, readonly height: number }): { readonly width: number, readonly height: number } {
  const longest = Math.max(width, height)
  const side = (length: number): number => Math.max(1, Math.floor(length * WORKING_SIDE_PX / longest))
  return { width: side(width), height: side(height) }
}

/** The picture at the working size; enlarged where it is smaller. */
export function toWorkingSize (cv: Opencv, keep: Keep, image: GrayImage): GrayImage {
  const longest = Math.max(image.width, image.height)
  if (longest === WORKING_SIDE_PX) return image
  const { width, height } = workingSize(image)
  const from = keep(new cv.Mat(image.height, image.width, cv.CV_8UC1))
  from.data.set(image.data)
  const to = keep(new cv.Mat())
  cv.resize(from, to, new cv.Size(width, height), 0, 0, longest < WORKING_SIDE_PX ? cv.INTER_CUBIC : cv.INTER_AREA)
  return { data: Uint8Array.from(to.data), width, height }
}
