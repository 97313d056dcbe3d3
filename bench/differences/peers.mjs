// Other ways to find what differs between two pictures of one size: pixelmatch, odiff and SSIM. Each gives a mask, which
// is grouped into areas as ours are.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare as odiff } from 'odiff-bin'
import pixelmatch from 'pixelmatch'
import sharp from 'sharp'
import { groupRegions } from '../../dist/imaging/regions.js'

const GAP_PX = 8
const LEAST_PX = 6

function areasOf (mask, { width, height }) {
  return groupRegions(mask, width, height, GAP_PX).filter(({ areaPx }) => areaPx >= LEAST_PX).map(({ box }) => box)
}

function rgba ({ data, width, height }) {
  const out = new Uint8Array(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) out.set(data.subarray(i * 3, i * 3 + 3), i * 4)
  return out
}

const THRESHOLD = 0.1

export const PEERS = {
  pixelmatch: async (first, second) => {
    const out = new Uint8Array(first.width * first.height * 4)
    pixelmatch(rgba(first), rgba(second), out, first.width, first.height, { threshold: THRESHOLD, diffMask: true })
    return areasOf(Uint8Array.from({ length: out.length / 4 }, (_, i) => out[i * 4 + 3] > 0 ? 1 : 0), first)
  },
  odiff: async (first, second) => {
    const folder = mkdtempSync(join(tmpdir(), 'odiff-'))
    try {
      const file = async (image, name) => { await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } }).png().toFile(join(folder, name)) }
      await file(first, 'a.png')
      await file(second, 'b.png')
      const { match } = await odiff(join(folder, 'a.png'), join(folder, 'b.png'), join(folder, 'c.png'), { threshold: THRESHOLD, antialiasing: true, outputDiffMask: true })
      if (match) return []
      const { data } = await sharp(join(folder, 'c.png')).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
      return areasOf(Uint8Array.from({ length: data.length / 4 }, (_, i) => data[i * 4 + 3] > 0 && data[i * 4] > 0 ? 1 : 0), first)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  SSIM: async (first, second) => areasOf(ssimMask(first, second), first)
}

const WINDOW_PX = 8
const LEAST_SSIM = 0.6

/** Windows of 8 x 8 pixels, every two pixels, whose similarity is less than .6. */
function ssimMask (first, second) {
  const { width, height } = first
  const grey = ({ data }) => Float32Array.from({ length: width * height }, (_, i) => 0.299 * data[i * 3] + 0.587 * data[i * 3 + 1] + 0.114 * data[i * 3 + 2])
  const a = grey(first)
  const b = grey(second)
  const mask = new Uint8Array(width * height)
  const count = WINDOW_PX ** 2
  for (let y = 0; y + WINDOW_PX <= height; y += 2) {
    for (let x = 0; x + WINDOW_PX <= width; x += 2) {
      let sumA = 0
      let sumB = 0
      let aa = 0
      let bb = 0
      let ab = 0
      for (let j = 0; j < WINDOW_PX; j++) {
        for (let i = 0; i < WINDOW_PX; i++) {
          const at = (y + j) * width + x + i
          sumA += a[at]
          sumB += b[at]
          aa += a[at] * a[at]
          bb += b[at] * b[at]
          ab += a[at] * b[at]
        }
      }
      const meanA = sumA / count
      const meanB = sumB / count
      const ssim = (2 * meanA * meanB + 6.5025) * (2 * (ab / count - meanA * meanB) + 58.5225) /
        ((meanA ** 2 + meanB ** 2 + 6.5025) * (aa / count - meanA ** 2 + bb / count - meanB ** 2 + 58.5225))
      if (ssim < LEAST_SSIM) for (let j = 3; j < 5; j++) mask.fill(1, (y + j) * width + x + 3, (y + j) * width + x + 5)
    }
  }
  return mask
}
