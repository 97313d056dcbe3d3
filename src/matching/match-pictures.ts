// Does one picture show what the other shows, and by which homography? Cheap means first, dearer ones while undecided.
// Runs in a worker thread.
import type { GrayImage } from '../imaging/gray-image.js'
import { type Homography, type Point, compose, invert, normalized, project, toPixels, toShares } from '../imaging/homography.js'
import { type Keep, type Opencv, OpencvError, useOpencv } from '../runtime/opencv.js'
import { alignDirectly } from './direct-alignment.js'
import { type Features, detectAkaze, detectOrb } from './features.js'
import { matchAlong } from './guided-matches.js'
import { type ShareBox, findMatchedBoxes } from './matched-area.js'
import { type Matches, type View, matchViews, plainView, pool } from './matches.js'
import { opencvBlur, opencvWarp } from './opencv-images.js'
import { type Pyramid, buildPyramid, layOver } from './overlay.js'
import { type Agreement, measureAgreement } from './photometry.js'
import { FROM_FIT, type Fit, fitHomography, judgeFit } from './robust-homography.js'
import { detectSift } from './sift.js'
import { findSeeds } from './similarity-votes.js'
import { TILT_DIRECTIONS, tiltedView } from './tilted-views.js'
import { type Evidence, gatherEvidence, weighEvidence } from './verdict.js'
import { toWorkingSize } from './working-size.js'

/** A homography with what speaks for it. */
export interface Finding {
  /** From reference to query, in shares of the pictures' sides; the last coefficient is 1. */
  readonly homography: Homography
  /** Log-odds of a match: above 0 it is one. */
  readonly logit: number
  readonly evidence: Evidence
  readonly inliers: number
  /** The means by which it was found. */
  readonly stage: string
  /** Where both look alike. */
  readonly referenceBox: ShareBox
  readonly queryBox: ShareBox
}

export interface MatchSettings {
  /** Milliseconds after which no further means is tried; what is known then decides. */
  readonly deadlineMs: number
  /** For measurements: how each stage ended. */
  readonly trace?: ((stage: string, finding: Finding | undefined) => void) | undefined
}

/** Shorter over longer side, below which there is no room for points: 20 pixels at the working size. */
const LEAST_ASPECT = 0.04
const ORB_POINTS = 1000
const AKAZE_POINTS = 1000
const SIFT_POINTS = 1200
const TILTED_POINTS = 600
const ORB_RATIO = 0.85
const AKAZE_RATIO = 0.87
const SIFT_RATIO = 0.85
const MATCHES_OF_A_KIND = 500
const MATCHES_OF_A_VIEW = 200

/** The better of the homographies that were found; undefined where nothing speaks for any. */
export function matchPictures (reference: GrayImage, query: GrayImage, settings: MatchSettings): Finding | undefined {
  const began = performance.now()
  if ([reference, query].some(({ width, height }) => Math.min(width, height) / Math.max(width, height) < LEAST_ASPECT)) return undefined
  let best: Finding | undefined
  try {
    useOpencv((cv, keep) => {
      const [a, b] = [toWorkingSize(cv, keep, reference), toWorkingSize(cv, keep, query)]
      if (isFlat(a) || isFlat(b)) return
      const search: Search = { cv, keep, reference: open(cv, a), query: open(cv, b), matches: [], tried: [], best: undefined }
      for (const { name, run, sure } of STAGES) {
        run(search)
        best = search.best && inShares(search, search.best)
        settings.trace?.(name, best)
        if (best !== undefined && best.logit >= sure) break
        if (performance.now() - began > settings.deadlineMs) break
      }
    })
  } catch (error) {
    // What OpenCV refuses to look at has no points; what is known by then decides.
    if (!(error instanceof OpencvError)) throw error
  }
  return best
}

function inShares ({ reference, query }: Search, finding: Finding): Finding {
  const { width, height } = reference.image
  const homography = normalized(compose(toShares(query.image.width, query.image.height), compose(finding.homography, toPixels(width, height))))
  return { ...finding, homography: homography ?? finding.homography }
}

interface Picture {
  readonly image: GrayImage
  readonly pyramid: Pyramid
  readonly features: Features[]
}

interface Search {
  readonly cv: Opencv
  readonly keep: Keep
  readonly reference: Picture
  readonly query: Picture
  readonly matches: Matches[]
  /** Homographies that were looked at, as they were before any refinement. */
  readonly tried: Homography[]
  best: Finding | undefined
}

interface StageOfSearch {
  readonly name: string
  readonly run: (search: Search) => void
  /** Log-odds from which the search ends. */
  readonly sure: number
}

const STAGES: readonly StageOfSearch[] = [
  { name: 'orb', run: search => addKind(search, 'orb', image => detectOrb(search.cv, search.keep, image, ORB_POINTS), ORB_RATIO, 1), sure: 4 },
  { name: 'akaze', run: search => addKind(search, 'akaze', image => detectAkaze(search.cv, search.keep, image, AKAZE_POINTS), AKAZE_RATIO, 2), sure: 2.5 },
  { name: 'sift', run: search => addKind(search, 'sift', image => detectSift(image, SIFT_POINTS, opencvBlur(search.cv)), SIFT_RATIO, 3), sure: 1.5 },
  { name: 'tilt', run: addTiltedViews, sure: Infinity }
]

// A picture whose levels lie no further apart has nothing that noise or an encoder could not have made.
const FLAT_LEVELS = 2

function isFlat ({ data }: GrayImage): boolean {
  const first = data[0]!
  let [least, most] = [first, first]
  for (const level of data) {
    if (level < least) least = level
    if (level > most) most = level
  }
  return most - least <= FLAT_LEVELS
}

function open (cv: Opencv, image: GrayImage): Picture {
  return { image, pyramid: buildPyramid(image, opencvBlur(cv)), features: [] }
}

function addKind (search: Search, stage: string, detect: (image: GrayImage) => Features, ratio: number, tried: number): void {
  const { reference, query } = search
  const a = detect(reference.image)
  const b = detect(query.image)
  reference.features.push(a)
  query.features.push(b)
  search.matches.push(matchViews(plainView(a), plainView(b), ratio, MATCHES_OF_A_KIND))
  consider(search, stage, pool(search.matches), tried)
}

// So few points of all kinds hold no homography, and a view from the side has no more.
const LEAST_POINTS = 8

// Each picture as it is against the other one from four sides.
function addTiltedViews (search: Search): void {
  const { reference, query } = search
  const pointsOf = ({ features }: Picture): number => features.reduce((sum, { count }) => sum + count, 0)
  if (Math.min(pointsOf(reference), pointsOf(query)) < LEAST_POINTS) return
  const detect = (image: GrayImage): Features => detectAkaze(search.cv, search.keep, image, TILTED_POINTS)
  const warp = opencvWarp(search.cv)
  const plain = (picture: Picture): View => plainView(picture.features.find(({ kind }) => kind === 'akaze') ?? detect(picture.image))
  const [a, b] = [plain(reference), plain(query)]
  for (const degrees of TILT_DIRECTIONS) {
    search.matches.push(
      matchViews(tiltedView(reference.image, degrees, warp, detect), b, AKAZE_RATIO, MATCHES_OF_A_VIEW),
      matchViews(a, tiltedView(query.image, degrees, warp, detect), AKAZE_RATIO, MATCHES_OF_A_VIEW)
    )
  }
  consider(search, 'tilt', pool(search.matches), 3)
}

const SEEDS = { tried: 300, wanted: 25 } as const

// Fits what the matches suggest, and looks at the best few that were not looked at before.
function consider (search: Search, stage: string, matches: Matches, tried: number): void {
  const fits = findSeeds(matches, SEEDS).map(seed => fitHomography(matches, seed)).filter(fit => fit !== undefined).sort((a, b) => b.score - a.score)
  let count = 0
  for (const fit of fits) {
    if (count >= tried) break
    if (search.tried.some(known => alike(search.reference.image, known, fit.homography))) continue
    count++
    search.tried.push(fit.homography)
    const finding = assess(search, stage, matches, fit)
    if (finding !== undefined && finding.logit > (search.best?.logit ?? -Infinity)) search.best = finding
  }
}

const ALIKE_PX = 5

function alike ({ width, height }: GrayImage, one: Homography, other: Homography): boolean {
  return [[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]].every(([x = 0, y = 0]) => {
    const [u, v] = project(one, x * width, y * height)
    const [s, t] = project(other, x * width, y * height)
    return Math.abs(u - s) < ALIKE_PX && Math.abs(v - t) < ALIKE_PX
  })
}

const GUIDED_RADII_PX = [8, 5] as const
const KEPT_SCORE = 0.9

function assess (search: Search, stage: string, matches: Matches, first: Fit): Finding | undefined {
  const { reference, query } = search
  let fit = first
  let pairs = matches
  for (const radius of GUIDED_RADII_PX) {
    const along = pool(reference.features.map((features, kind) => matchAlong(features, query.features[kind]!, fit.homography, radius)))
    const next = fitHomography(along, fit.homography, FROM_FIT)
    if (next === undefined || next.score < KEPT_SCORE * fit.score) break
    fit = next
    pairs = along
  }
  const finding = judge(search, stage, pairs, fit)
  if (finding === undefined) return undefined
  const refined = refine(search, pairs, fit, finding.agreement)
  const better = refined && judge(search, stage, pairs, refined)
  return better !== undefined && better.agreement.meanHull > finding.agreement.meanHull ? better : finding
}

type Judged = Finding & { readonly agreement: Agreement }

function judge (search: Search, stage: string, pairs: Matches, fit: Fit): Judged | undefined {
  const overlay = layOver(search.reference.pyramid, search.query.pyramid, fit.homography, middleOf(pairs, fit))
  if (overlay === undefined) return undefined
  const [x, y] = overlay.ofReference ? [pairs.x1, pairs.y1] : [pairs.x2, pairs.y2]
  const agreement = measureAgreement(overlay, Array.from(fit.inliers, m => [x[m]!, y[m]!] as const))
  const evidence = gatherEvidence(pairs, fit, agreement, search.reference.image)
  return {
    homography: fit.homography,
    logit: weighEvidence(evidence),
    evidence,
    inliers: fit.inliers.length,
    stage,
    ...findMatchedBoxes(overlay, agreement),
    agreement
  }
}

const FITTING = 0.3

// On the pixels that already agree, wherever they are.
function refine (search: Search, pairs: Matches, fit: Fit, { map, level: mapLevel }: Agreement): Fit | undefined {
  const overlay = layOver(search.reference.pyramid, search.query.pyramid, fit.homography, middleOf(pairs, fit))
  if (overlay === undefined) return undefined
  const frame = overlay.frame[mapLevel]!
  const aligned = alignDirectly(overlay, (x, y, level) => {
    const s = 2 ** (level - mapLevel)
    const [column, row] = [Math.floor((x + 0.5) * s), Math.floor((y + 0.5) * s)]
    return column < frame.width && row < frame.height && map[row * frame.width + column]! > FITTING
  })
  const homography = aligned === undefined || overlay.ofReference ? aligned : invertSafely(aligned)
  return homography && judgeFit(pairs, homography)
}

function invertSafely (homography: Homography): Homography | undefined {
  const back = invert(homography)
  return back && normalized(back)
}

function middleOf ({ x1, y1 }: Matches, { inliers }: Fit): Point {
  let [x, y] = [0, 0]
  for (const m of inliers) {
    x += x1[m]!
    y += y1[m]!
  }
  return [x / inliers.length, y / inliers.length]
}
