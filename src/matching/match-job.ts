// The job of comparing two pictures, as the OpenCV pool runs it in a worker thread.
import { type GrayImage, mirror } from '../imaging/gray-image.js'
import { compose, scaling } from '../imaging/homography.js'
import { type Finding, matchPictures } from './match-pictures.js'

/** What is asked. */
export interface MatchTask {
  readonly reference: GrayImage
  readonly query: GrayImage
  /** Milliseconds after which what is known decides. */
  readonly deadlineMs: number
  /** Whether the query may also be a mirror image. */
  readonly allowMirror: boolean
}

/** From shares of the mirrored picture to those of the picture. */
const UNMIRROR = scaling(-1, 1, 1, 0)

/** Compares two pictures. Exported for the pool alone. */
export default function runMatchJob ({ reference, query, deadlineMs, allowMirror }: MatchTask): Finding | undefined {
  const began = performance.now()
  const straight = matchPictures(reference, query, { deadlineMs })
  if (!allowMirror || (straight !== undefined && straight.logit > 0)) return straight
  const mirrored = matchPictures(reference, mirror(query), { deadlineMs: Math.max(0, deadlineMs - (performance.now() - began)) })
  if (mirrored === undefined || mirrored.logit <= (straight?.logit ?? -Infinity)) return straight
  const { left, top, right, bottom } = mirrored.queryBox
  return { ...mirrored, homography: compose(UNMIRROR, mirrored.homography), queryBox: { left: 1 - right, top, right: 1 - left, bottom } }
}
