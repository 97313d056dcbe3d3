// Pixel by pixel: two renderings of one frame. What differs is marked unless it is anti-aliasing or cannot be seen.
import { type RgbImage, writeLab } from '../../imaging/lab-planes.js'
import { findRegions, groupRegions, type Region } from '../../imaging/regions.js'
import { createAntiAliasing, isWithinSurroundings } from './anti-aliasing.js'
import type { FrameAgreement } from './route.js'

/** A region that differs, with how much. */
export interface DifferingRegion {
  readonly region: Region
  /** The greatest colour distance within it, in CIELAB units. */
  readonly peak: number
}

// In CIELAB units with hue and chroma at a little less weight: what differs more is a seed, and a seed takes the lesser
// differences that touch it along.
const SEED_DISTANCE = 6
const GROW_DISTANCE = 2.3
const CHROMA_WEIGHT = 0.7
// A region is kept for one strong pixel, or for many weak ones.
const MIN_PEAK = 10
const MIN_PEAK_SUM = 120
// So few seeds are a deliberate change of single pixels: neither smoothing nor weakness excuses them.
const FEW_SEEDS = 1e-4
// And where all else is equal to the byte, any difference counts.
const FEW_DIFFERENT = 1e-4
const MIN_FEW_DIFFERENT = 2
// What a person counts as one change: pixels with at most so many between them.
const GROUP_GAP_PX = 8

/** The regions in which two pictures of one frame differ. */
export function compareExactly (first: RgbImage, second: RgbImage, { different, count }: Pick<FrameAgreement, 'different' | 'count'>): DifferingRegion[] {
  const { width, height } = first
  const distance = distanceReader(first, second)
  const any = count <= Math.max(MIN_FEW_DIFFERENT, FEW_DIFFERENT * different.length)
  const marks = new Uint8Array(width * height)
  let seeds = 0
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (different[pixel] === 0) continue
    const d = distance(pixel)
    if (d > SEED_DISTANCE || any) {
      marks[pixel] = SEED
      seeds++
    } else if (d > GROW_DISTANCE) marks[pixel] = GROW
  }
  if (seeds === 0) return []
  const few = any || seeds <= FEW_SEEDS * marks.length
  if (!few) dropSmoothing(marks, first, second)
  const kept = new Uint8Array(marks.length)
  const parts: DifferingRegion[] = []
  for (const region of findRegions(marks, width, height)) {
    const { peak, seeded } = strengthOf(region, width, distance, marks)
    if (!seeded || !(few || peak >= MIN_PEAK || region.areaPx * peak >= MIN_PEAK_SUM)) continue
    parts.push({ region, peak })
    mark(kept, width, region, 1)
  }
  const group = (): DifferingRegion[] =>
    groupRegions(kept, width, height, GROUP_GAP_PX).map(region => ({ region, peak: strengthOf(region, width, distance, marks).peak }))
  const grouped = group()
  if (any) return grouped
  const lesser = smoothingBeside(grouped, parts, first, second)
  if (lesser.length === 0) return grouped
  for (const region of lesser) mark(kept, width, region, 0)
  return group()
}

// Where a letter was changed, those after it may have moved by a fraction of a pixel, on any ground: parts that are much
// weaker than what they stand beside, and whose pixels the other picture has around them.
const MAX_SHARE_BESIDE = 0.3

/** The parts of groups that are no more than smoothing beside the group's strongest. */
function smoothingBeside (groups: readonly DifferingRegion[], parts: readonly DifferingRegion[], first: RgbImage, second: RgbImage): Region[] {
  const lesser = parts.filter(({ region, peak }) => {
    const beside = groups.find(group => contains(group.region, region))
    return beside !== undefined && peak < MAX_SHARE_BESIDE * beside.peak
  })
  return lesser.map(({ region }) => region).filter(region => pixelsOf(region, first.width).every(pixel => {
    const x = pixel % first.width
    return isWithinSurroundings(first, second, x, (pixel - x) / first.width)
  }))
}

/** Whether a group holds a part: all of a part lies in one group, so its first pixel tells. */
function contains ({ box, mask }: Region, part: Region): boolean {
  const x = part.box.x + part.mask.indexOf(1) - box.x
  const y = part.box.y - box.y
  return x >= 0 && y >= 0 && x < box.width && y < box.height && mask[y * box.width + x] !== 0
}

const SEED = 2
const GROW = 1

/** The colour distance of the pixel at an index. */
function distanceReader (first: RgbImage, second: RgbImage): (pixel: number) => number {
  const a = first.data
  const b = second.data
  const lab = new Float64Array(6)
  return pixel => {
    const at = pixel * 3
    if (a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2]) return 0
    writeLab(a[at]!, a[at + 1]!, a[at + 2]!, lab, 0)
    writeLab(b[at]!, b[at + 1]!, b[at + 2]!, lab, 3)
    const dl = lab[0]! - lab[3]!
    const da = lab[1]! - lab[4]!
    const db = lab[2]! - lab[5]!
    return Math.sqrt(dl * dl + CHROMA_WEIGHT * (da * da + db * db))
  }
}

function dropSmoothing (marks: Uint8Array, first: RgbImage, second: RgbImage): void {
  const isSmoothing = createAntiAliasing(first, second)
  for (let pixel = 0; pixel < marks.length; pixel++) {
    if (marks[pixel] === SEED && isSmoothing(pixel % first.width, Math.floor(pixel / first.width))) marks[pixel] = GROW
  }
}

function strengthOf (region: Region, width: number, distance: (pixel: number) => number, marks: Uint8Array): { peak: number, seeded: boolean } {
  let peak = 0
  let seeded = false
  for (const pixel of pixelsOf(region, width)) {
    peak = Math.max(peak, distance(pixel))
    seeded ||= marks[pixel] === SEED
  }
  return { peak, seeded }
}

/** The indices of a region's pixels in a frame of the given width. */
function pixelsOf ({ box, mask }: Region, width: number): number[] {
  const pixels: number[] = []
  for (let y = 0, i = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++, i++) if (mask[i] !== 0) pixels.push((box.y + y) * width + box.x + x)
  }
  return pixels
}

function mark (target: Uint8Array, width: number, region: Region, value: number): void {
  for (const pixel of pixelsOf(region, width)) target[pixel] = value
}
