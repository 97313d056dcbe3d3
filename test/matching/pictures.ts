// Grey pictures for the tests of matching.
import { readFileSync } from 'node:fs'
import sharp, { type Sharp } from 'sharp'
import type { GrayImage } from '../../src/imaging/gray-image.js'
import { type Homography, invert, project } from '../../src/imaging/homography.js'
import { seeded } from '../fixtures/scenes.js'

const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

/** The photograph of a monal, changed by sharp as told, with sides of at most 512. */
export async function photograph (change: (image: Sharp) => Sharp = image => image): Promise<GrayImage> {
  const { data, info } = await sharp(await change(sharp(monal)).png().toBuffer()).resize(512, 512, { fit: 'inside', withoutEnlargement: true }).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { data: Uint8Array.from({ length: info.width * info.height }, (_, i) => data[i * info.channels] ?? 0), width: info.width, height: info.height }
}

/** Soft blobs of all sizes, fixed by a seed. */
export function blobs (seed: number, width: number, height: number): GrayImage {
  const random = seeded(seed)
  const plane = new Float64Array(width * height).fill(128)
  for (let n = 0; n < 150; n++) {
    const [cx, cy, r, strength] = [random() * width, random() * height, 3 + 20 * random() ** 2, 160 * (random() - 0.5)]
    for (let y = Math.max(0, Math.floor(cy - 3 * r)); y < Math.min(height, cy + 3 * r); y++) {
      for (let x = Math.max(0, Math.floor(cx - 3 * r)); x < Math.min(width, cx + 3 * r); x++) {
        plane[y * width + x]! += strength * Math.exp(-((x - cx) ** 2 + 1.7 * (y - cy) ** 2) / (2 * r * r))
      }
    }
  }
  return { data: Uint8Array.from(plane, value => Math.max(0, Math.min(255, value))), width, height }
}

/** The picture as a homography moves it; grey outside. */
export function moved (image: GrayImage, homography: Homography, width: number, height: number): GrayImage {
  const back = invert(homography) ?? homography
  const data = new Uint8Array(width * height).fill(128)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = project(back, x, y)
      if (!(u >= 0 && v >= 0 && u < image.width - 1 && v < image.height - 1)) continue
      const at = (v | 0) * image.width + (u | 0)
      const above = (image.data[at] ?? 0) * (1 - u % 1) + (image.data[at + 1] ?? 0) * (u % 1)
      const below = (image.data[at + image.width] ?? 0) * (1 - u % 1) + (image.data[at + image.width + 1] ?? 0) * (u % 1)
      data[y * width + x] = above * (1 - v % 1) + below * (v % 1)
    }
  }
  return { data, width, height }
}
