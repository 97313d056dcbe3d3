// colorPalette on pictures whose colours are known. What photographs' palettes are worth, and what others reach there, is
// measured at length by ../../palette-quality.mjs.
import { deltaE2000, labFromSrgb } from '../../../dist/imaging/color-difference.js'

const MIN_SHARE = 0.05
const SHARE_TOLERANCE = 0.05
const SAME_COLOUR = 5

export default {
  name: 'palette-known',
  endpoint: 'colorPalette',
  folder: 'palette',
  about: 'Flat pictures whose exact shares of colours are known: colours of 5 % or more that are found within ΔE2000 5, with their shares within 5 points; and other tools\' palettes of photographs.',
  score (answered) {
    const exact = answered.filter(({ truth }) => truth.kind.startsWith('exact'))
    const wanted = exact.flatMap(({ truth, usual: { colors } }) => truth.truth.filter(({ share }) => share >= MIN_SHARE).map(colour => ({ ...colour, colors })))
    const peers = answered.filter(({ truth }) => truth.kind.startsWith('peer'))
    return {
      'colours found': share(wanted.map(({ rgba, colors }) => nearest(rgba, colors).difference <= SAME_COLOUR)),
      'shares right': share(wanted.map(({ rgba, share, colors }) => Math.abs(nearest(rgba, colors).share - share) <= SHARE_TOLERANCE)),
      'ΔE2000 to other tools': mean(peers.map(({ truth, usual: { colors } }) => {
        const weights = truth.truth.map(({ share, population }) => share ?? population)
        const sum = truth.truth.reduce((sum, { rgb }, index) => sum + weights[index] * nearest(rgb, colors).difference, 0)
        return sum / weights.reduce((sum, weight) => sum + weight, 0)
      }))
    }
  },
  asked: { 'colours found': { embedded: '>= 1' }, 'shares right': { embedded: '>= 1' } }
}

function nearest ([red, green, blue], colors) {
  const lab = labFromSrgb(red, green, blue)
  return colors.map(([r, g, b, percent]) => ({ difference: deltaE2000(lab, labFromSrgb(r, g, b)), share: percent / 100 }))
    .reduce((best, other) => other.difference < best.difference ? other : best)
}

function share (values) {
  return mean(values.map(Number))
}

function mean (values) {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}
