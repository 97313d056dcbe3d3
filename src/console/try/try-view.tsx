// Trying a function with one's own pictures.
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Notice } from '../parts/notice.js'
import { linkTo } from '../route.js'
import { AnswerFacts } from './answer-facts.js'
import { FUNCTIONS, offerOf } from './functions.js'
import { PictureSlot } from './picture-slot.js'
import { Result } from './result.js'
import { TokenForm } from './token-form.js'
import { Progress } from './progress.js'
import { type Slots, useSlots } from './use-slots.js'
import { useTrial } from './use-trial.js'

interface TryViewProps {
  /** It keeps its state while another view is shown. */
  readonly shown: boolean
  /** The function that the address names. */
  readonly wanted: string | undefined
  readonly login: string
}

const TOKEN = 'getToken'

/** Chooses the function; what is below depends on it. */
export function TryView ({ shown, wanted, login }: TryViewProps): JSX.Element {
  const last = useRef(wanted)
  if (shown && wanted !== undefined) last.current = wanted
  const name = last.current === TOKEN ? TOKEN : offerOf(last.current).name
  const slots = useSlots()
  return (
    <>
      <nav class='functions' aria-label='Functions'>
        {[...FUNCTIONS, { name: TOKEN, title: 'Token' }].map(offer => (
          <a key={offer.name} href={linkTo('try', offer.name)} aria-current={offer.name === name ? 'true' : undefined}>{offer.title}</a>
        ))}
      </nav>
      {name === TOKEN ? <TokenForm login={login} /> : <PictureTrial shown={shown} name={name} login={login} slots={slots} />}
    </>
  )
}

interface PictureTrialProps {
  readonly shown: boolean
  readonly name: string
  readonly login: string
  readonly slots: Slots
}

function PictureTrial ({ shown, name, login, slots: { slots, fill } }: PictureTrialProps): JSX.Element {
  const offer = offerOf(name)
  const { trial, cancel, again } = useTrial(offer, slots[0].picture, slots[1].picture)
  const used = slots.slice(0, offer.pictures.length)
  const nextFree = Math.max(0, used.findIndex(slot => slot.picture === undefined))

  const answer = useRef<HTMLElement>(null)
  useEffect(() => { if (shown && trial.state === 'running') showAnswer(answer.current) }, [trial.state])

  useEffect(() => {
    if (!shown) return
    const paste = (event: ClipboardEvent): void => {
      const files = [...event.clipboardData?.files ?? []].filter(file => file.type.startsWith('image/'))
      if (files.length > 0) fill(files.length > 1 ? 0 : nextFree, files)
    }
    addEventListener('paste', paste)
    return () => removeEventListener('paste', paste)
  }, [shown, nextFree, fill])

  return (
    <div class='trial'>
      <section class='ask' aria-label='Pictures'>
        <p class='about'>{offer.about} <code>POST {offer.name}</code></p>
        <div class='slots'>
          {used.map((slot, index) => (
            <PictureSlot key={offer.pictures[index]?.[0]} title={offer.pictures[index]?.[1] ?? ''} slot={slot} onInputs={inputs => fill(index, inputs)} />
          ))}
        </div>
        <p class='samples'>
          <span>Or a sample:</span>
          {offer.samples.map(({ title, files }) => (
            <button key={title} class='link' onClick={() => fill(0, files.map(sample => ({ sample })))}>{title}</button>
          ))}
        </p>
      </section>
      <section ref={answer} class='answer' aria-label='Answer' aria-busy={trial.state === 'running'}>
        {trial.state === 'idle' && <p class='empty'>The answer appears here as soon as there {offer.pictures.length > 1 ? 'are two pictures' : 'is a picture'}.</p>}
        {trial.state === 'running' && <Progress onCancel={cancel} />}
        {trial.state === 'cancelled' && <Notice tone='plain'><p>Cancelled.</p><button onClick={again}>Run it after all</button></Notice>}
        {trial.state === 'failed' && <Notice tone='bad'><p>{trial.why}</p><button onClick={again}>Try again</button></Notice>}
        {trial.state === 'done' && (
          <>
            <Result offer={trial.offer} pictures={trial.pictures} content={trial.answer.content} />
            <AnswerFacts offer={trial.offer} pictures={trial.pictures} answer={trial.answer} login={login} onAgain={again} />
          </>
        )}
      </section>
    </div>
  )
}

/** On a small screen the answer comes up below what can be seen. */
function showAnswer (section: HTMLElement | null): void {
  if (section === null || section.getBoundingClientRect().top < innerHeight * 0.75) return
  section.scrollIntoView({ block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' })
}
