// Inferno: a ramp of colours from black over violet and orange to light yellow whose lightness rises evenly, so that more
// is brighter to every eye and on every printer.

// Every fifteenth of 256 colours of matplotlib's inferno (S. van der Walt and N. Smith, CC0); between them straight lines
// are off by 5 of 255 at most.
const INFERNO = [
  0x000004, 0x0a0722, 0x1e0c45, 0x380962, 0x510e6c, 0x69166e, 0x801f6c, 0x982766, 0xb0315b,
  0xc63d4d, 0xd94d3d, 0xe9612b, 0xf47918, 0xfa9407, 0xfcb014, 0xf8cd37, 0xf2ea69, 0xfcffa4
] as const

/** 256 colours, red in the lowest byte, then green, then blue; the first stands for the least. */
export type ColorRamp = Uint32Array

/** The ramp of the heat map. */
export const INFERNO_RAMP: ColorRamp = rampThrough(INFERNO)

/** A ramp with straight lines between evenly spaced colours, each 0xRRGGBB. */
export function rampThrough (colors: readonly number[]): ColorRamp {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const at = level / 255 * (colors.length - 1)
    const first = Math.min(colors.length - 2, Math.floor(at))
    const part = (shift: number): number => {
      const from = (colors[first]! >> shift) & 255
      const to = (colors[first + 1]! >> shift) & 255
      return Math.round(from + (to - from) * (at - first))
    }
    return part(16) | part(8) << 8 | part(0) << 16
  })
}
