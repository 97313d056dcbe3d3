// How different two colours look: CIELAB and the CIEDE2000 formula on it.
import { LINEAR_FROM_SRGB } from './oklab.js'

const DEGREE = Math.PI / 180
const POW_25_7 = 25 ** 7
// Exactly opposite hues must not fall to one side by rounding: the formula jumps there.
const HALF_TURN = Math.PI + 1e-9

/** A colour in CIELAB under D65: lightness 0..100, a (green to red) and b (blue to yellow) about -128..127. */
export interface CieLab {
  readonly lightness: number
  readonly a: number
  readonly b: number
}

/**
 * Turns 8-bit sRGB (integers 0..255 per channel) into CIELAB under sRGB's own white, D65, so that greys have a = b = 0.
 * Source: IEC 61966-2-1 (sRGB), CIE 15 (CIELAB).
 */
export function labFromSrgb (red: number, green: number, blue: number): CieLab {
  const r = LINEAR_FROM_SRGB[red]!
  const g = LINEAR_FROM_SRGB[green]!
  const b = LINEAR_FROM_SRGB[blue]!
  const x = labCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = labCurve(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = labCurve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return { lightness: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) }
}

/**
 * CIEDE2000 difference of two CIELAB colours with kL = kC = kH = 1; 0 is identical, about 1 just noticeable side by
 * side, black to white 100.
 * Source: G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula: implementation notes, supplementary
 * test data, and mathematical observations", Color Research & Application 30 (1), 2005,
 * https://hajim.rochester.edu/ece/sites/gsharma/ciede2000/
 */
export function deltaE2000 (first: CieLab, second: CieLab): number {
  const stretch = 1.5 - 0.5 * vividness((length(first.a, first.b) + length(second.a, second.b)) / 2)
  const a1 = first.a * stretch
  const a2 = second.a * stretch
  const c1 = length(a1, first.b)
  const c2 = length(a2, second.b)
  const h1 = hue(a1, first.b)
  const h2 = hue(a2, second.b)

  // The hue of a grey has no meaning: both rules below then leave the other colour's hue.
  let hueTurn = 0
  let meanHue = h1 + h2
  if (c1 * c2 > 0) {
    hueTurn = h2 - h1
    meanHue = meanHue / 2
    if (hueTurn > HALF_TURN) { hueTurn -= 2 * Math.PI; meanHue += Math.PI }
    if (hueTurn < -HALF_TURN) { hueTurn += 2 * Math.PI; meanHue += Math.PI }
  }
  const lightnessStep = second.lightness - first.lightness
  const chromaStep = c2 - c1
  const hueStep = 2 * Math.sqrt(c1 * c2) * Math.sin(hueTurn / 2)

  const meanLightness = (first.lightness + second.lightness) / 2
  const meanChroma = (c1 + c2) / 2
  const t = 1 - 0.17 * Math.cos(meanHue - 30 * DEGREE) + 0.24 * Math.cos(2 * meanHue) +
    0.32 * Math.cos(3 * meanHue + 6 * DEGREE) - 0.2 * Math.cos(4 * meanHue - 63 * DEGREE)
  const offMiddle = (meanLightness - 50) ** 2
  const lightnessScale = 1 + 0.015 * offMiddle / Math.sqrt(20 + offMiddle)
  const chromaScale = 1 + 0.045 * meanChroma
  const hueScale = 1 + 0.015 * meanChroma * t

  const meanHueDegrees = (meanHue / DEGREE) % 360
  const blueTurn = 30 * DEGREE * Math.exp(-(((meanHueDegrees - 275) / 25) ** 2))
  const rotation = -2 * vividness(meanChroma) * Math.sin(2 * blueTurn)

  const l = lightnessStep / lightnessScale
  const c = chromaStep / chromaScale
  const h = hueStep / hueScale
  return Math.sqrt(Math.max(0, l * l + c * c + h * h + rotation * c * h))
}

/** The formula's weight for vivid colours: 0 for greys, nearly 1 from chroma 40 on. */
function vividness (chroma: number): number {
  const cube = chroma * chroma * chroma
  const seventh = cube * cube * chroma
  return Math.sqrt(seventh / (seventh + POW_25_7))
}

/** The angle of a and b, 0 to below 2π. */
function hue (a: number, b: number): number {
  const angle = Math.atan2(b, a)
  return angle < 0 ? angle + 2 * Math.PI : angle
}

function length (x: number, y: number): number {
  return Math.sqrt(x * x + y * y)
}

function labCurve (ratio: number): number {
  return ratio > 216 / 24389 ? Math.cbrt(ratio) : (ratio * (24389 / 27) + 16) / 116
}
