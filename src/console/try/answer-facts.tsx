// What stands under every drawn answer: time and size, the JSON as it came, the curl line that does the same.
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { type Answer, addressOf } from '../api.js'
import { formatBytes, formatDuration } from '../format.js'
import { CopyButton } from '../parts/copy-button.js'
import { Fold } from '../parts/fold.js'
import type { FunctionOffer } from './functions.js'
import type { Picture } from './picture.js'

interface AnswerFactsProps {
  readonly offer: FunctionOffer
  readonly pictures: readonly Picture[]
  readonly answer: Answer<unknown>
  readonly login: string
  readonly onAgain: () => void
}

const SHOWN_TEXT_LENGTH = 200
const SHOWN_JSON_LENGTH = 60_000

export function AnswerFacts ({ offer, pictures, answer, login, onAgain }: AnswerFactsProps): JSX.Element {
  const json = useMemo(() => readable(answer.text), [answer])
  const curl = curlLine(offer, pictures, login)
  return (
    <footer class='facts'>
      <p>
        <span>Answered in <b>{formatDuration(answer.durationMs)}</b></span>
        <span><b>{formatBytes(answer.bytes)}</b> of JSON</span>
        <button class='link' onClick={onAgain}>Run again</button>
      </p>
      <Fold title='As JSON'>
        <CopyButton text={answer.text} what='the JSON' />
        <pre tabIndex={0} aria-label='JSON'>{json}</pre>
      </Fold>
      <Fold title='The same with curl'>
        <CopyButton text={curl} what='the curl line' />
        <pre tabIndex={0} aria-label='curl line'>{curl}</pre>
        <p class='aside'>With <code>TOKEN</code> from <code>getToken</code>; see <a href='#/try/getToken'>Token</a>.</p>
      </Fold>
    </footer>
  )
}

/** The JSON with line breaks; long texts (pictures in base64) and very long answers are cut here, not where it is copied. */
function readable (text: string): string {
  const json = JSON.stringify(JSON.parse(text), (_key, value) =>
    typeof value === 'string' && value.length > SHOWN_TEXT_LENGTH ? `${value.slice(0, 40)}… (${value.length} characters)` : value, 2)
  return json.length > SHOWN_JSON_LENGTH ? `${json.slice(0, SHOWN_JSON_LENGTH)}\n… (cut here; Copy gives all of it)` : json
}

function curlLine ({ name, pictures: parameters, fixed }: FunctionOffer, pictures: readonly Picture[], login: string): string {
  const parts = pictures.map(({ name, part }, index) => {
    const parameter = parameters[index]?.[0] ?? ''
    return typeof part === 'string' ? `-F ${quoted(`${parameter}=${part}`)}` : `-F ${quoted(`${parameter}=@${name}`)}`
  })
  return [
    `curl -X POST ${quoted(addressOf(`compute/v1/image/${name}`))}`,
    `-H ${quoted(`userName: ${login}`)} -H "token: $TOKEN"`,
    ...parts,
    ...Object.entries(fixed).map(([parameter, text]) => `-F ${quoted(`${parameter}=${text}`)}`)
  ].join(' \\\n  ')
}

/** For a POSIX shell. */
export function quoted (text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
