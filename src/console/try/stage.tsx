// A picture with something drawn over it.
import type { ComponentChildren, JSX } from 'preact'
import type { Picture } from './picture.js'

/** A part of a picture's plane, in its pixels; it may reach beyond the picture. */
export interface View {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface StageProps {
  readonly picture: Picture
  /** What of the picture's plane is shown, in its pixels: the picture if not given. */
  readonly view?: View
  /** What one sees there, in words. */
  readonly label: string
  /** SVG in the picture's own pixels, over it. */
  readonly drawing?: ComponentChildren
  /** HTML over both. */
  readonly children?: ComponentChildren
}

/** The picture takes the width that there is, never more than twice its own. */
export function Stage ({ picture, view = { x: 0, y: 0, width: picture.width, height: picture.height }, label, drawing, children }: StageProps): JSX.Element {
  const { x, y, width, height } = view
  const place = {
    left: `${-x / width * 100}%`, top: `${-y / height * 100}%`, width: `${picture.width / width * 100}%`, height: `${picture.height / height * 100}%`
  }
  return (
    <div class='stage' style={{ maxWidth: `min(100%, ${width * 2}px, ${Math.round(70 * width / height)}vh)`, aspectRatio: `${width} / ${height}` }} role='group' aria-label={label}>
      <img src={picture.src} alt='' style={place} />
      {drawing !== undefined && <svg viewBox={`${x} ${y} ${width} ${height}`} preserveAspectRatio='none' aria-hidden='true'>{drawing}</svg>}
      {children}
    </div>
  )
}
