// classification: labels as bars beside the picture.
import type { JSX } from 'preact'
import type { Classification } from '../../../wire/classification.js'
import { formatShare } from '../../format.js'
import type { Picture } from '../picture.js'
import { Stage } from '../stage.js'

export function Labels ({ content, picture }: { readonly content: Classification, readonly picture: Picture }): JSX.Element {
  const labels = content.labelAnnotations
  return (
    <div class='beside'>
      <Stage picture={picture} label='The picture' />
      {labels.length === 0
        ? <p>No label is at least as likely as not.</p>
        : (
          <ol class='bars' aria-label='Labels'>
            {labels.map(({ description, score }) => (
              <li key={description}>
                <span class='bar-name'>{description}</span>
                <span class='bar-track' aria-hidden='true'><span style={{ width: `${score * 100}%` }} /></span>
                <span class='bar-value'>{formatShare(score)}</span>
              </li>
            ))}
          </ol>
          )}
    </div>
  )
}
