// Does one picture show what the other shows, and by which homography? Cheap means first, dearer ones while undecided.
// Runs in a worker thread.
import type { GrayImage } from '../imaging/gray-image.js'
import { type Homography, type Point, areaScale, compose, invert, normalized, toPixels, toShares } from '../imaging/homography.js'
import { type Keep, type Opencv, useOpencv } from '../runtime/opencv.js'
import { alignDirectly } from './direct-alignment.js'
import { type Features, detectAkaze, detectOrb } from './features.js'
import { matchAlong } from './guided-matches.js'
import { type Matches, matchViews, plainView, pool } from './matches.js'
import { type Pyramid, buildPyramid, layOver } from './overlay.js'
import { type Agreement, measureAgreement } from './photometry.js'
import { FROM_FIT, type Fit, fitHomography, judgeFit } from './robust-homography.js'
import { findSeeds } from './similarity-votes.js'
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
  /** Where the matched points lie, in shares of the sides. */
  readonly referenceBox: ShareBox
  readonly queryBox: ShareBox
}

/** An upright box in shares of a picture's sides. */
export interface ShareBox {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface MatchSettings {
  /** Milliseconds after which no further means is tried; what is known then decides. */
  readonly deadlineMs: number
  /** For measurements: how each stage ended. */
  readonly trace?: ((stage: string, finding: Finding | undefined) => void) | undefined
}

interface Picture {
  readonly image: GrayImage
  readonly pyramid: Pyramid
  readonly features: Features[]
}

const ORB_POINTS = 1000
const AKAZE_POINTS = 1500
const ORB_RATIO = 0.85
const AKAZE_RATIO = 0.87
const MATCHES_OF_A_KIND = 500
const SEEDS = { tried: 300, wanted: 25 } as const

/** The better of the homographies that were found; undefined where nothing speaks for any. */
export function matchPictures (reference: GrayImage, query: GrayImage, settings: MatchSettings): Finding | undefined {
  const began = performance.now()
  return useOpencv((cv, keep) => {
    const search: Search = { cv, keep, reference: open(cv, keep, reference), query: open(cv, keep, query), matches: [], best: undefined }
    for (const { name, run, sure } of STAGES) {
      run(search)
      settings.trace?.(name, search.best && inShares(search, search.best))
      if (search.best !== undefined && search.best.logit >= sure) break
      if (performance.now() - began > settings.deadlineMs) break
    }
    return search.best && inShares(search, search.best)
  })
}

function inShares ({ reference, query }: Search, finding: Finding): Finding {
  const { width, height } = reference.image
  const homography = normalized(compose(toShares(query.image.width, query.image.height), compose(finding.homography, toPixels(width, height))))
  return { ...finding, homography: homography ?? finding.homography }
}

interface Search {
  readonly cv: Opencv
  readonly keep: Keep
  readonly reference: Picture
  readonly query: Picture
  readonly matches: Matches[]
  best: Finding | undefined
}

interface StageOfSearch {
  readonly name: string
  readonly run: (search: Search) => void
  /** Log-odds from which the search ends. */
  readonly sure: number
}

const STAGES: readonly StageOfSearch[] = [
  { name: 'orb', run: search => addKind(search, 'orb', image => detectOrb(search.cv, search.keep, image, ORB_POINTS), ORB_RATIO), sure: 3 },
  { name: 'akaze', run: search => addKind(search, 'akaze', image => detectAkaze(search.cv, search.keep, image, AKAZE_POINTS), AKAZE_RATIO), sure: 1.5 }
]

function open (cv: Opencv, keep: Keep, picture: GrayImage): Picture {
  const image = toWorkingSize(cv, keep, picture)
  return { image, pyramid: buildPyramid(image), features: [] }
}

function addKind (search: Search, stage: string, detect: (image: GrayImage) => Features, ratio: number): void {
  const { reference, query } = search
  const a = detect(reference.image)
  const b = detect(query.image)
  reference.features.push(a)
  query.features.push(b)
  search.matches.push(matchViews(plainView(a), plainView(b), ratio, MATCHES_OF_A_KIND))
  consider(search, stage, pool(search.matches))
}

const ASSESSED = 3

function consider (search: Search, stage: string, matches: Matches): void {
  const fits = findSeeds(matches, SEEDS).map(seed => fitHomography(matches, seed)).filter(fit => fit !== undefined).sort((a, b) => b.score - a.score)
  const distinct: Fit[] = []
  for (const fit of fits) {
    if (distinct.length < ASSESSED && !distinct.some(other => alike(fit, other))) distinct.push(fit)
  }
  for (const fit of distinct) {
    const finding = assess(search, stage, matches, fit)
    if (finding !== undefined && finding.logit > (search.best?.logit ?? -Infinity)) search.best = finding
  }
}

function alike (one: Fit, other: Fit): boolean {
  const known = new Set(other.inliers)
  const shared = one.inliers.reduce((count, m) => count + (known.has(m) ? 1 : 0), 0)
  return shared > 0.5 * Math.min(one.inliers.length, other.inliers.length)
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
  const [mx, my] = middleOf(pairs, fit)
  const evidence = gatherEvidence(pairs, fit, agreement, search.reference.image, areaScale(fit.homography, mx, my))
  return {
    homography: fit.homography,
    logit: weighEvidence(evidence),
    evidence,
    inliers: fit.inliers.length,
    stage,
    referenceBox: boxOf(pairs.x1, pairs.y1, fit.inliers, search.reference.image),
    queryBox: boxOf(pairs.x2, pairs.y2, fit.inliers, search.query.image),
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

function boxOf (x: Float64Array, y: Float64Array, inliers: Int32Array, { width, height }: GrayImage): ShareBox {
  let [left, top, right, bottom] = [1, 1, 0, 0]
  for (const m of inliers) {
    const [across, down] = [(x[m]! + 0.5) / width, (y[m]! + 0.5) / height]
    left = Math.min(left, across)
    right = Math.max(right, across)
    top = Math.min(top, down)
    bottom = Math.max(bottom, down)
  }
  return { left: Math.max(0, left), top: Math.max(0, top), right: Math.min(1, right), bottom: Math.min(1, bottom) }
}

function middleOf ({ x1, y1 }: Matches, { inliers }: Fit): Point {
  let [x, y] = [0, 0]
  for (const m of inliers) {
    x += x1[m]!
    y += y1[m]!
  }
  return [x / inliers.length, y / inliers.length]
}
