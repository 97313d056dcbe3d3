// A place for a picture: dropped, pasted, picked or named by a URL.
import type { JSX, TargetedDragEvent, TargetedSubmitEvent } from 'preact'
import { useState } from 'preact/hooks'
import { Notice } from '../parts/notice.js'
import type { PictureInput } from './picture.js'
import type { Slot } from './use-slots.js'

interface PictureSlotProps {
  readonly title: string
  readonly slot: Slot
  readonly onInputs: (inputs: readonly PictureInput[]) => void
}

// What browsers do not count among images.
const ACCEPTED = 'image/*,.heic,.heif,.avif,.tif,.tiff,.bmp'

/** Several files that are dropped or picked together fill the next places too. */
export function PictureSlot ({ title, slot, onInputs }: PictureSlotProps): JSX.Element {
  const [over, setOver] = useState(false)
  const { picture } = slot

  function drop (event: TargetedDragEvent<HTMLElement>): void {
    event.preventDefault()
    setOver(false)
    const files = [...event.dataTransfer?.files ?? []]
    const url = event.dataTransfer?.getData('text/uri-list').split(/\r?\n/).find(line => /^https?:/.test(line))
    if (files.length > 0) onInputs(files)
    else if (url !== undefined) onInputs([{ url }])
  }

  function submitUrl (event: TargetedSubmitEvent<HTMLFormElement>): void {
    event.preventDefault()
    const url = String(new FormData(event.currentTarget).get('url') ?? '').trim()
    if (url !== '') onInputs([{ url }])
  }

  return (
    <section
      class={`slot ${over ? 'over' : ''}`} aria-label={title}
      onDragOver={event => { event.preventDefault(); setOver(true) }} onDragLeave={() => setOver(false)} onDrop={drop}
    >
      <h2>{title}</h2>
      {picture === undefined
        ? <p class='hint'>{slot.opening ? 'Opening…' : 'Drop a picture here or paste one.'}</p>
        : (
          <figure class='thumb'>
            <img src={picture.src} alt='' width={picture.width} height={picture.height} />
            <figcaption><span class='name'>{picture.name}</span> <span class='size'>{picture.width} × {picture.height}</span></figcaption>
          </figure>
          )}
      {slot.fault !== undefined && <Notice tone='bad'>{slot.fault}</Notice>}
      <div class='sources'>
        <label class='button'>
          Choose a file<span class='unseen'> for {title}</span>
          <input
            type='file' class='unseen' accept={ACCEPTED} multiple
            onChange={event => {
              const files = [...event.currentTarget.files ?? []]
              if (files.length > 0) onInputs(files)
              event.currentTarget.value = ''
            }}
          />
        </label>
        <form class='url' onSubmit={submitUrl}>
          <input name='url' type='url' required placeholder='https://…' aria-label={`URL of a picture for ${title}`} />
          <button>Use URL</button>
        </form>
      </div>
    </section>
  )
}
