// textDetection: words on their quadrilaterals, and the whole text beside.
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { TextDetection } from '../../../wire/text-detection.js'
import { CopyButton } from '../../parts/copy-button.js'
import type { Picture } from '../picture.js'
import { Stage } from '../stage.js'

type Annotation = TextDetection['textAnnotations'][number]

// Capital letters with descenders fill a line's box about so far.
const LETTER_HEIGHT = 0.82
const BASELINE = 0.78

export function Words ({ content: { textAnnotations: [whole, ...words] }, picture }: { readonly content: TextDetection, readonly picture: Picture }): JSX.Element {
  const [read, setRead] = useState(true)
  if (whole === undefined) return <><Stage picture={picture} label='The picture' /><p>No text was found.</p></>
  return (
    <div class='beside'>
      <div class='stack'>
        <Stage
          picture={picture} label={`The picture with ${words.length === 1 ? 'a word' : `${words.length} words`}`}
          drawing={(
            <>
              {read && <rect class='veil' width={picture.width} height={picture.height} />}
              {words.map((word, index) => read ? <Word key={index} word={word} /> : <polygon key={index} class='quad' points={pointsOf(word)}><title>{word.description}</title></polygon>)}
            </>
          )}
        />
        <label class='check'><input type='checkbox' checked={read} onChange={event => setRead(event.currentTarget.checked)} />Show what was read over the picture</label>
      </div>
      <section class='text' aria-labelledby='whole-text'>
        <h2 id='whole-text'>Text{whole.locale === undefined ? '' : ` (${whole.locale})`}</h2>
        <CopyButton text={whole.description} what='the text' />
        <pre tabIndex={0} lang={whole.locale}>{whole.description}</pre>
      </section>
    </div>
  )
}

/** The word as it was read, set into its quadrilateral: its first side runs along the line of reading. */
function Word ({ word: { description, boundingPoly: { vertices: [first, second, , fourth] } } }: { readonly word: Annotation }): JSX.Element | null {
  if (first === undefined || second === undefined || fourth === undefined) return null
  const width = Math.hypot(second.x - first.x, second.y - first.y)
  const height = Math.hypot(fourth.x - first.x, fourth.y - first.y)
  const degrees = Math.atan2(second.y - first.y, second.x - first.x) * 180 / Math.PI
  return (
    <g class='word' transform={`translate(${first.x} ${first.y}) rotate(${degrees})`}>
      <rect width={width} height={height} />
      <text x={width * 0.02} y={height * BASELINE} font-size={height * LETTER_HEIGHT} textLength={width * 0.96} lengthAdjust='spacingAndGlyphs'>{description}</text>
    </g>
  )
}

function pointsOf ({ boundingPoly: { vertices } }: Annotation): string {
  return vertices.map(({ x, y }) => `${x},${y}`).join(' ')
}
