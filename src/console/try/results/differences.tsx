// imagesDifferences: both pictures beside or over each other, and the areas as a list that points at them.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { DifferenceArea, DifferenceAreas, ImageAreas } from '../../../wire/images-differences.js'
import { formatShare } from '../../format.js'
import type { Picture } from '../picture.js'
import { Stage } from '../stage.js'

interface DifferencesProps {
  readonly content: DifferenceAreas
  readonly reference: Picture
  readonly query: Picture
}

interface PairProps {
  readonly reference: Picture
  readonly query: Picture
  readonly areas: readonly Area[]
  readonly chosen: number | undefined
}

/** An area in the pixels of either picture. */
interface Area {
  readonly inReference: DifferenceArea
  readonly inQuery: DifferenceArea
}

const MODES = [['side', 'Side by side'], ['flicker', 'Flicker'], ['swipe', 'Swipe']] as const
type Mode = typeof MODES[number][0]

export function Differences ({ content, reference, query }: DifferencesProps): JSX.Element {
  const [mode, setMode] = useState<Mode>('side')
  const [chosen, setChosen] = useState<number>()
  const areas = areasOf(content)
  const pair = { reference, query, areas, chosen }
  return (
    <>
      <p class='verdict'>
        <strong>{areas.length === 0 ? 'No differences' : areas.length === 1 ? '1 difference' : `${areas.length} differences`}</strong>
        <span>score {Math.round(content.summary.score * 100) / 100}</span>
      </p>
      {content.summary.errors.map(error => <p key={error} class='aside'>{error}</p>)}
      <fieldset class='modes'>
        <legend class='unseen'>How to compare</legend>
        {MODES.map(([value, title]) => (
          <label key={value}><input type='radio' name='mode' value={value} checked={mode === value} onChange={() => setMode(value)} />{title}</label>
        ))}
      </fieldset>
      {mode === 'side' && <SideBySide {...pair} />}
      {mode === 'flicker' && <Flicker {...pair} />}
      {mode === 'swipe' && <Swipe {...pair} />}
      {areas.length > 0 && (
        <ol class='areas' aria-label='Areas'>
          {areas.map(({ inReference: { boundingBox: box } }, index) => (
            <li key={index}>
              <button
                aria-pressed={chosen === index} onMouseEnter={() => setChosen(index)} onMouseLeave={() => setChosen(undefined)}
                onFocus={() => setChosen(index)} onBlur={() => setChosen(undefined)} onClick={() => setChosen(index)}
              >
                <b>{index + 1}</b> {Math.round(box.width)} × {Math.round(box.height)} <span class='aside'>at {Math.round(box.x)}, {Math.round(box.y)}; {formatShare(box.width * box.height / (reference.width * reference.height))} of the picture</span>
              </button>
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

function SideBySide ({ reference, query, areas, chosen }: PairProps): JSX.Element {
  return (
    <div class='pair'>
      <figure>
        <Stage picture={reference} label='The reference with the areas' drawing={<Outlines areas={areas.map(area => area.inReference)} chosen={chosen} />} />
        <figcaption>Reference</figcaption>
      </figure>
      <figure>
        <Stage picture={query} label='The query with the areas' drawing={<Outlines areas={areas.map(area => area.inQuery)} chosen={chosen} />} />
        <figcaption>Query</figcaption>
      </figure>
    </div>
  )
}

const FLICKER_MS = 600

/** Changes by itself only where moving things are not unwelcome; by the button always. */
function Flicker ({ reference, query, areas, chosen }: PairProps): JSX.Element {
  const [showsQuery, setShowsQuery] = useState(false)
  const [running, setRunning] = useState(() => !matchMedia('(prefers-reduced-motion: reduce)').matches)
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setShowsQuery(shown => !shown), FLICKER_MS)
    return () => clearInterval(timer)
  }, [running])
  return (
    <figure>
      <Stage picture={reference} label='Reference and query in turn' drawing={<Outlines areas={areas.map(area => area.inReference)} chosen={chosen} />}>
        <img class='over' src={query.src} alt='' style={{ visibility: showsQuery ? 'visible' : 'hidden' }} />
      </Stage>
      <figcaption>
        <span class='which'>{showsQuery ? 'Query' : 'Reference'}</span>
        <button onClick={() => setRunning(!running)}>{running ? 'Stop' : 'Start'}</button>
        <button onClick={() => { setRunning(false); setShowsQuery(!showsQuery) }}>Change</button>
      </figcaption>
    </figure>
  )
}

function Swipe ({ reference, query, areas, chosen }: PairProps): JSX.Element {
  const [percent, setPercent] = useState(50)
  return (
    <figure>
      <Stage picture={reference} label='The query over the reference, left of the line' drawing={<Outlines areas={areas.map(area => area.inReference)} chosen={chosen} />}>
        <img class='over' src={query.src} alt='' style={{ clipPath: `inset(0 ${100 - percent}% 0 0)` }} />
        <span class='edge' style={{ left: `${percent}%` }} />
      </Stage>
      <figcaption>
        <label class='slider'>
          Query, left of the line
          <input type='range' min='0' max='100' value={percent} onInput={event => setPercent(event.currentTarget.valueAsNumber)} />
          <output>{percent} %</output>
        </label>
      </figcaption>
    </figure>
  )
}

function Outlines ({ areas, chosen }: { readonly areas: readonly DifferenceArea[], readonly chosen: number | undefined }): JSX.Element {
  return (
    <>
      {areas.map((area, index) => (
        <g key={index} class={`area ${chosen === index ? 'chosen' : ''} ${chosen !== undefined && chosen !== index ? 'faded' : ''}`}>
          <polygon class='halo' points={outlineOf(area)} />
          <polygon points={outlineOf(area)} />
        </g>
      ))}
    </>
  )
}

function outlineOf ({ boundingBox, resultInfos: { imagesDifferences: { relativeVertices } } }: DifferenceArea): string {
  return relativeVertices.map(({ x, y }) => `${boundingBox.x + x},${boundingBox.y + y}`).join(' ')
}

/** Both pictures name an area by the same key. */
function areasOf ({ Image1, Image2 }: DifferenceAreas): readonly Area[] {
  return Object.entries(Image1.areas).flatMap(([key, inReference]) => {
    const inQuery = Image2.areas[key]
    return isDifference(inReference) && inQuery !== undefined && isDifference(inQuery) ? [{ inReference, inQuery }] : []
  })
}

function isDifference (area: ImageAreas['areas'][string]): area is DifferenceArea {
  return 'boundingBox' in area
}
