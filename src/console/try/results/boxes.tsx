// objectsDetection: boxes with names and scores over the picture, and the same as a list.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ObjectsDetection } from '../../../wire/objects-detection.js'
import { formatShare } from '../../format.js'
import type { Picture } from '../picture.js'
import { Stage } from '../stage.js'
import { colourOf } from './colours.js'

interface Box {
  readonly name: string
  readonly score: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Boxes and list point at each other. */
export function Boxes ({ content, picture }: { readonly content: ObjectsDetection, readonly picture: Picture }): JSX.Element {
  const [chosen, setChosen] = useState<number>()
  const boxes = content.localizedObjectAnnotations.map(boxOf)
  const names = [...new Set(boxes.map(({ name }) => name))]
  const colour = (name: string): readonly [string, string] => colourOf(names.indexOf(name))
  if (boxes.length === 0) return <><Stage picture={picture} label='The picture' /><p>No objects that the detector is sure of.</p></>
  return (
    <>
      <Stage
        picture={picture} label={`The picture with ${boxes.length === 1 ? 'a box' : `${boxes.length} boxes`}`}
        drawing={boxes.map(({ name, left, top, right, bottom }, index) => (
          <g key={index} class={`box ${chosen !== undefined && chosen !== index ? 'faded' : ''}`}>
            <rect class='halo' x={left * picture.width} y={top * picture.height} width={(right - left) * picture.width} height={(bottom - top) * picture.height} />
            <rect stroke={colour(name)[0]} x={left * picture.width} y={top * picture.height} width={(right - left) * picture.width} height={(bottom - top) * picture.height} />
          </g>
        ))}
      >
        {boxes.map(({ name, score, left, top }, index) => (
          <span
            key={index} class={`tag ${chosen !== undefined && chosen !== index ? 'faded' : ''}`} aria-hidden='true'
            style={{ left: `${left * 100}%`, top: `${top * 100}%`, background: colour(name)[0], color: colour(name)[1] }}
          >{name} {formatShare(score)}
          </span>
        ))}
      </Stage>
      <ol class='bars' aria-label='Objects'>
        {boxes.map(({ name, score }, index) => (
          <li key={index} onMouseEnter={() => setChosen(index)} onMouseLeave={() => setChosen(undefined)}>
            <span class='bar-name'><i class='key' style={{ background: colour(name)[0] }} />{name}</span>
            <span class='bar-track' aria-hidden='true'><span style={{ width: `${score * 100}%` }} /></span>
            <span class='bar-value'>{formatShare(score)}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

function boxOf ({ name, score, boundingPoly: { normalizedVertices: vertices } }: ObjectsDetection['localizedObjectAnnotations'][number]): Box {
  const [xs, ys] = [vertices.map(({ x }) => x), vertices.map(({ y }) => y)]
  return { name, score, left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
}
