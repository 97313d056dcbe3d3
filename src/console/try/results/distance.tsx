// imagesDistance: the verdict, and the reference's frame where it lies in the query.
import type { JSX } from 'preact'
import type { ImagesDistance } from '../../../wire/images-distance.js'
import type { Picture } from '../picture.js'
import { Stage, type View } from '../stage.js'

interface DistanceProps {
  readonly content: ImagesDistance
  readonly reference: Picture
  readonly query: Picture
}

/** Corners in shares of the sides, clockwise from the top left. */
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]] as const

export function Distance ({ content, reference, query }: DistanceProps): JSX.Element {
  const { homography: { coefficients }, decision, distance, scores } = content
  const matches = coefficients.length === 9
  const frame = matches ? CORNERS.map(([x, y]) => project(coefficients, x, y)) : []
  return (
    <>
      <p class='verdict'><strong>{matches ? 'They match' : 'They do not match'}</strong>{matches ? '' : <> <span>{decision}</span></>}</p>
      <div class='pair'>
        <figure>
          <Stage picture={reference} label='The reference' drawing={matches && <Frame points={CORNERS} picture={reference} />} />
          <figcaption>Reference</figcaption>
        </figure>
        <figure>
          <Stage picture={query} view={viewOf(frame, query)} label={matches ? 'The query with the frame of the reference' : 'The query'} drawing={matches && <Frame points={frame} picture={query} />} />
          <figcaption>{matches ? 'Query, with the reference’s frame where it lies' : 'Query'}</figcaption>
        </figure>
      </div>
      <dl class='pairs'>
        <dt>Distance</dt><dd>{rounded(distance)} <span class='aside'>0 is equal, below 1 a match, 4 none</span></dd>
        <dt>Match strength</dt><dd>{rounded(scores.matchStrength)} <span class='aside'>{rounded(scores.matchStrengthWithoutWeighting)} without weighting</span></dd>
      </dl>
    </>
  )
}

/** The corner with the dot is the reference's top left, so that turned and mirrored frames can be told. */
function Frame ({ points, picture: { width, height } }: { readonly points: ReadonlyArray<readonly [number, number]>, readonly picture: Picture }): JSX.Element {
  const text = points.map(([x, y]) => `${x * width},${y * height}`).join(' ')
  const [[x, y]] = points as readonly [readonly [number, number]]
  const radius = Math.max(width, height) / 80
  return (
    <g class='frame'>
      <polygon class='halo' points={text} />
      <polygon points={text} />
      <circle cx={x * width} cy={y * height} r={radius} />
    </g>
  )
}

// A frame may lie far outside; so much of the query's sides is shown on each side at most, and a rim around the frame.
const MOST_BEYOND = 0.6
const RIM = 0.03

/** The query with as much around it as its frame needs. */
function viewOf (frame: ReadonlyArray<readonly [number, number]>, { width, height }: Picture): View {
  const beyond = (value: number): number => Math.min(MOST_BEYOND, Math.max(0, value === 0 ? 0 : value + RIM))
  const [xs, ys] = [frame.map(([x]) => x), frame.map(([, y]) => y)]
  const [left, top] = [beyond(-Math.min(0, ...xs)), beyond(-Math.min(0, ...ys))]
  const [right, bottom] = [beyond(Math.max(1, ...xs) - 1), beyond(Math.max(1, ...ys) - 1)]
  return { x: -left * width, y: -top * height, width: (1 + left + right) * width, height: (1 + top + bottom) * height }
}

/** A point in shares of the reference's sides, to shares of the query's. */
function project ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 1]: readonly number[], x: number, y: number): readonly [number, number] {
  const w = g * x + h * y + i
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w]
}

function rounded (value: number): string {
  return String(Math.round(value * 1000) / 1000)
}
