// heatMap: the map over the picture, as strong as one likes.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { HeatMap } from '../../../wire/heat-map.js'
import type { Picture } from '../picture.js'
import { Stage } from '../stage.js'

const FIRST_PERCENT = 70

export function HeatMapOver ({ content, picture }: { readonly content: HeatMap, readonly picture: Picture }): JSX.Element {
  const [percent, setPercent] = useState(FIRST_PERCENT)
  return (
    <>
      <Stage picture={picture} label='The picture under its heat map: the lighter, the sooner people look there'>
        <img class='over' src={`data:image/jpeg;base64,${content.heatmap}`} alt='Heat map' style={{ opacity: percent / 100 }} />
      </Stage>
      <label class='slider'>
        Strength of the map
        <input type='range' min='0' max='100' step='5' value={percent} onInput={event => setPercent(event.currentTarget.valueAsNumber)} />
        <output>{percent} %</output>
      </label>
      <p class='aside'>The lighter, the sooner people look there.</p>
    </>
  )
}
