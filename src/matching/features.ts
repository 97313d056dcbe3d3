// Points of a picture with a scale, an angle and a descriptor: by OpenCV's ORB and AKAZE.
import type { GrayImage } from '../imaging/gray-image.js'
import type { Feature2D, Keep, Opencv } from '../runtime/opencv.js'

/** Points in pixels (centre of the first pixel at 0), one entry of each array a point. */
export interface Features {
  readonly kind: 'orb' | 'akaze' | 'sift'
  readonly count: number
  readonly x: Float32Array
  readonly y: Float32Array
  /** Diameter in pixels, comparable within one kind only. */
  readonly size: Float32Array
  /** Radians, clockwise as y points down. */
  readonly angle: Float32Array
  /** `bytes` for each point. */
  readonly descriptors: Uint8Array
  readonly bytes: number
  readonly norm: 'hamming' | 'euclidean'
}

/** Binary descriptors are padded to this. */
const WORD_BYTES = 8
const DEGREE = Math.PI / 180

/** The strongest ORB points, about `limit` of them. */
export function detectOrb (cv: Opencv, keep: Keep, image: GrayImage, limit: number): Features {
  return detect(cv, keep, keep(new cv.ORB(limit)), 'orb', image, limit + 100)
}

/** AKAZE points, the strongest `limit` of them. */
export function detectAkaze (cv: Opencv, keep: Keep, image: GrayImage, limit: number): Features {
  return detect(cv, keep, keep(new cv.AKAZE()), 'akaze', image, limit)
}

function detect (cv: Opencv, keep: Keep, detector: Feature2D, kind: Features['kind'], image: GrayImage, limit: number): Features {
  const pixels = keep(new cv.Mat(image.height, image.width, cv.CV_8UC1))
  pixels.data.set(image.data)
  const keypoints = keep(new cv.KeyPointVector())
  const rows = keep(new cv.Mat())
  detector.detectAndCompute(pixels, keep(new cv.Mat()), keypoints, rows)
  const found = Array.from({ length: Math.min(keypoints.size(), rows.rows) }, (_, row) => ({ row, keypoint: keypoints.get(row) }))
  if (found.length > limit) found.sort((a, b) => b.keypoint.response - a.keypoint.response || a.row - b.row).length = limit
  const count = found.length
  const bytes = Math.ceil(rows.cols / WORD_BYTES) * WORD_BYTES
  const features = emptyFeatures(kind, count, bytes, 'hamming')
  const source = rows.data
  found.forEach(({ row, keypoint: { pt, size, angle } }, i) => {
    features.x[i] = pt.x
    features.y[i] = pt.y
    features.size[i] = size
    features.angle[i] = angle * DEGREE
    features.descriptors.set(source.subarray(row * rows.cols, (row + 1) * rows.cols), i * bytes)
  })
  return features
}

/** Arrays for so many points, all zero. */
export function emptyFeatures (kind: Features['kind'], count: number, bytes: number, norm: Features['norm']): Features {
  const column = (): Float32Array => new Float32Array(count)
  return { kind, count, x: column(), y: column(), size: column(), angle: column(), descriptors: new Uint8Array(count * bytes), bytes, norm }
}
