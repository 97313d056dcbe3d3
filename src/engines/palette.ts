// The colours a picture is made of: count them, cluster them in bent OKLab, keep those a person would tell apart.
import { addCluster, clusterPoints, refineClusters, type Clustering } from '../imaging/color-clusters.js'
import { deltaE2000, labFromSrgb, type CieLab } from '../imaging/color-difference.js'
import { countColors, type ColorHistogram } from '../imaging/color-histogram.js'
import { type DecodedImage } from '../imaging/decoded-image.js'
import { measureGrain } from '../imaging/grain.js'
import { srgbFromOklab, writeBentOklab, writeOklab } from '../imaging/oklab.js'
import { type WeightedPoints } from '../imaging/weighted-points.js'

/** One colour of a palette: 8-bit sRGB (integers 0..255) and the part of the visible area it stands for, 0..1. */
export interface PaletteColor {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly share: number
}

/**
 * The longer side, in pixels, to which a picture should be shrunk before `computePalette`; other sizes work too. By
 * bench/palette-quality.mjs, below 256 the mixed colours of shrinking cost accuracy, and above it a JPEG takes longer to
 * decode while next to nothing is gained.
 */
export const PALETTE_WORKING_SIDE_PX = 256

const MAX_COLORS = 8

// More pixels take time and no longer change the palette (by less than 0.1 % of its mean error).
const SAMPLES = 12_000

// Cubes of bent OKLab, about as many ΔE2000 units wide, in which colours are pooled while places for centres are sought.
const POOL_SIDE = 5

// A colour below half a percent would be shown as 0 %.
const MIN_SHARE = 0.005

// In ΔE2000: closer colours are one colour. In a smooth picture small steps are seen; the more it changes from pixel to
// pixel (see grain.ts), the larger the differences that are noise or shading.
const MIN_DIFFERENCE = 2
const MIN_DIFFERENCE_PER_GRAIN = 0.2
const MAX_MIN_DIFFERENCE = 4.5
const GRAIN_SAMPLES = 2000
// Near black, lightness in CIELAB, screens and eyes tell less apart than the formula says.
const DARK_LIGHTNESS = 12
const MIN_DIFFERENCE_IN_DARK = 6
// What covers little must be clearly different to be a colour of its own and not the fringe of a larger one.
const MINOR_SHARE = 0.02
const MIN_DIFFERENCE_OF_MINOR = 8

interface Cluster {
  /** Packed 0xRRGGBB. */
  readonly color: number
  readonly lab: CieLab
  readonly weight: number
}

/** Clusters with their centres in bent OKLab, in the same order, and the weight of all together. */
interface Palette {
  readonly clusters: readonly Cluster[]
  readonly centers: Float64Array
  readonly total: number
  /** By how much colours must differ, in ΔE2000. */
  readonly minDifference: number
}

/**
 * Finds at most 8 colours that together look most like the picture (least difference by CIEDE2000), by falling share;
 * shares sum to 1. Near-identical colours are one; a colour that covers most of its cluster exactly is given exactly.
 * Translucent pixels count by their alpha; a picture in which nothing can be seen has no colours. Equal pictures give
 * equal palettes.
 */
export function computePalette (image: DecodedImage): readonly PaletteColor[] {
  const histogram = countColors(image, SAMPLES)
  const oklab = new Float64Array(histogram.size * 3)
  const points = placePoints(histogram, oklab)
  const total = histogram.weights.reduce((sum, weight) => sum + weight, 0)
  const grain = measureGrain(image, GRAIN_SAMPLES)
  const minDifference = Math.min(MAX_MIN_DIFFERENCE, MIN_DIFFERENCE + MIN_DIFFERENCE_PER_GRAIN * grain)
  const describe = (clustering: Clustering): Palette => ({
    centers: clustering.centers,
    clusters: describeClusters(histogram, oklab, points, clustering),
    total,
    minDifference
  })

  const found = describe(clusterPoints(points, MAX_COLORS, POOL_SIDE))
  const pruned = prune(found, centers => describe(refineClusters(points, centers)))
  const { clusters } = pruned === found
    ? found
    : fillUp(pruned, centers => {
      const more = addCluster(points, centers, MIN_DIFFERENCE_OF_MINOR)
      return more && describe(more)
    })
  return clusters
    .map(({ color, weight }) => ({ red: color >> 16, green: (color >> 8) & 255, blue: color & 255, share: weight / total }))
    .sort((first, second) => second.share - first.share)
}

/** Gives up redundant clusters, one by one. */
function prune (palette: Palette, recluster: (centers: Float64Array) => Palette): Palette {
  const redundant = findRedundant(palette)
  return redundant < 0 ? palette : prune(recluster(withoutCenter(palette.centers, redundant)), recluster)
}

/** Gives rows that fell free to the next best colours, as long as these stand on their own. */
function fillUp (palette: Palette, add: (centers: Float64Array) => Palette | undefined): Palette {
  if (palette.clusters.length === MAX_COLORS) return palette
  const fuller = add(palette.centers)
  return fuller === undefined || findRedundant(fuller) >= 0 ? palette : fillUp(fuller, add)
}

/** Each cell of the histogram as a point in bent OKLab; its plain OKLab goes to `oklab`. */
function placePoints ({ size, colors, weights }: ColorHistogram, oklab: Float64Array): WeightedPoints {
  const coordinates = new Float64Array(size * 3)
  for (let cell = 0; cell < size; cell++) {
    const color = colors[cell]!
    writeOklab(color >> 16, (color >> 8) & 255, color & 255, oklab, cell * 3)
    writeBentOklab(oklab, cell * 3, coordinates, cell * 3)
  }
  return { size, coordinates, weights }
}

/**
 * The weight and the colour of each cluster: an exact colour that has half the weight or more, which then is the median
 * of the cluster; else the median by one step of Weiszfeld's algorithm from the centre.
 */
function describeClusters (
  { size, colors, weights: cellWeights, exactWeights }: ColorHistogram, oklab: Float64Array,
  { coordinates }: WeightedPoints, { count, centers, labels }: Clustering
): Cluster[] {
  const weights = new Float64Array(count)
  const pulls = new Float64Array(count)
  const sums = new Float64Array(count * 3)
  const exact = new Float64Array(count)
  const exactColors = new Uint32Array(count)
  for (let cell = 0; cell < size; cell++) {
    const label = labels[cell]!
    const dx = coordinates[cell * 3]! - centers[label * 3]!
    const dy = coordinates[cell * 3 + 1]! - centers[label * 3 + 1]!
    const dz = coordinates[cell * 3 + 2]! - centers[label * 3 + 2]!
    // The 0.5 keeps a cell on the centre from being all that counts.
    const pull = cellWeights[cell]! / Math.sqrt(dx * dx + dy * dy + dz * dz + 0.5)
    weights[label]! += cellWeights[cell]!
    pulls[label]! += pull
    sums[label * 3]! += pull * oklab[cell * 3]!
    sums[label * 3 + 1]! += pull * oklab[cell * 3 + 1]!
    sums[label * 3 + 2]! += pull * oklab[cell * 3 + 2]!
    if (exactWeights[cell]! > exact[label]!) {
      exact[label] = exactWeights[cell]!
      exactColors[label] = colors[cell]!
    }
  }
  return Array.from(weights, (weight, label) => {
    const pull = pulls[label]!
    const color = exact[label]! > 0 && exact[label]! * 2 >= weight
      ? exactColors[label]!
      : srgbFromOklab(sums[label * 3]! / pull, sums[label * 3 + 1]! / pull, sums[label * 3 + 2]! / pull)
    return { color, weight, lab: labFromSrgb(color >> 16, (color >> 8) & 255, color & 255) }
  })
}

/** The cluster to give up next: the least of those too small to show, else the smaller of the most alike; or -1. */
function findRedundant ({ clusters, total, minDifference }: Palette): number {
  if (clusters.length < 2) return -1
  let redundant = -1
  let least = MIN_SHARE * total
  clusters.forEach(({ weight }, label) => {
    if (weight < least) {
      least = weight
      redundant = label
    }
  })
  if (redundant >= 0) return redundant
  let closest = 1
  clusters.forEach((first, label) => {
    clusters.slice(0, label).forEach((second, other) => {
      const minor = Math.min(first.weight, second.weight) < MINOR_SHARE * total
      const needed = minor ? MIN_DIFFERENCE_OF_MINOR : isDark(first, second) ? MIN_DIFFERENCE_IN_DARK : minDifference
      const closeness = deltaE2000(first.lab, second.lab) / needed
      if (closeness < closest) {
        closest = closeness
        redundant = first.weight < second.weight ? label : other
      }
    })
  })
  return redundant
}

function isDark (first: Cluster, second: Cluster): boolean {
  return Math.max(first.lab.lightness, second.lab.lightness) < DARK_LIGHTNESS
}

function withoutCenter (centers: Float64Array, label: number): Float64Array {
  return centers.filter((_, at) => Math.floor(at / 3) !== label)
}
