// Comparing pictures, as the rest of the server sees it: a question to the OpenCV pool.
import type { GrayImage } from '../imaging/gray-image.js'
import { type OpencvPool, opencvJob } from '../runtime/opencv-pool.js'
import type { MatchTask } from './match-job.js'
import type { Finding } from './match-pictures.js'

/** Compares two grey pictures with sides of at most the working size. */
export interface Matcher {
  /**
   * Looks for the reference in the query. Undefined where nothing speaks for a match; a finding with log-odds below 0 is
   * none either.
   * @throws Failure deadline_passed, busy
   */
  match (reference: GrayImage, query: GrayImage, options: { readonly allowMirror: boolean }): Promise<Finding | undefined>
}

const MATCH_JOB = opencvJob<MatchTask, Finding | undefined>('match-job', import.meta.url)

/** @param deadlineMs time after which the search ends and what is known decides */
export function createMatcher (pool: OpencvPool, deadlineMs: number): Matcher {
  return {
    match: async (reference, query, { allowMirror }) => await pool.run(MATCH_JOB, { reference, query, deadlineMs, allowMirror })
  }
}
