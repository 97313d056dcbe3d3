// The places for pictures: what is in them, what is on its way, what could not be opened.
import { useCallback, useRef, useState } from 'preact/hooks'
import { wordsOf } from '../api.js'
import { type Picture, type PictureInput, forgetPicture, openPicture } from './picture.js'

/** One place. */
export interface Slot {
  readonly picture: Picture | undefined
  readonly opening: boolean
  readonly fault: string | undefined
}

export interface Slots {
  readonly slots: readonly [Slot, Slot]
  /** Puts pictures into the places from the one with this index on. */
  readonly fill: (index: number, inputs: readonly PictureInput[]) => void
}

const EMPTY: Slot = { picture: undefined, opening: false, fault: undefined }

/** Two places; functions of one picture use the first. */
export function useSlots (): Slots {
  const [slots, setSlots] = useState<readonly [Slot, Slot]>([EMPTY, EMPTY])
  // Whoever was chosen last wins, whatever is opened first.
  const latest = useRef([0, 0])

  const set = useCallback((index: number, slot: Slot) => {
    setSlots(([first, second]) => index === 0 ? [slot, second] : [first, slot])
  }, [])
  const fill = useCallback((from: number, inputs: readonly PictureInput[]) => {
    inputs.slice(0, 2 - from).forEach((input, offset) => {
      const index = from + offset
      const turn = (latest.current[index] ?? 0) + 1
      latest.current[index] = turn
      const settle = (slot: Slot): void => {
        if (latest.current[index] === turn) set(index, slot)
        else if (slot.picture !== undefined) forgetPicture(slot.picture)
      }
      set(index, { ...EMPTY, opening: true })
      openPicture(input).then(
        picture => settle({ ...EMPTY, picture }),
        error => settle({ ...EMPTY, fault: wordsOf(error) })
      )
    })
  }, [])
  return { slots, fill }
}
