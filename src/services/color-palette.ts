// colorPalette: decode small, cluster, and turn shares into whole percents.
import { PALETTE_WORKING_SIDE_PX, computePalette } from '../engines/palette.js'
import { apportionPercent } from '../imaging/apportion.js'
import type { ImageDecoder } from '../intake/decode-image.js'
import type { ColorPalette } from '../wire/color-palette.js'
import type { Work } from './work.js'

/** @throws Failure unsupported_media, too_large */
export type FindPalette = (image: Buffer, work: Work) => Promise<ColorPalette>

// A picture in which nothing can be seen looks like the white that it is shown on.
const BARE_CANVAS = { red: 255, green: 255, blue: 255, share: 1 } as const

/** Makes the service over the given decoder. */
export function createFindPalette (decoder: ImageDecoder): FindPalette {
  // Without mixing, thin strokes keep the colour of their ink.
  const size = { width: PALETTE_WORKING_SIDE_PX, height: PALETTE_WORKING_SIDE_PX, fit: 'inside', kernel: 'nearest' } as const
  return async (image, work) => {
    const pixels = await work.stage('decode', () => decoder.decode(image, { size, alpha: 'keep' }, work.signal))
    const found = await work.stage('engine', () => computePalette(pixels))
    const palette = found.length > 0 ? found : [BARE_CANVAS]
    const percents = apportionPercent(palette.map(color => color.share))
    return {
      colors: palette.flatMap(({ red, green, blue }, index) => {
        const percent = percents[index] ?? 0
        return percent > 0 ? [[red, green, blue, percent]] : []
      })
    }
  }
}
