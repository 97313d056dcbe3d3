// A picture with something drawn over it.
import type { ComponentChildren, JSX } from 'preact'
import type { Picture } from './picture.js'

interface StageProps {
  readonly picture: Picture
  /** What one sees there, in words. */
  readonly label: string
  /** SVG in the picture's own pixels, over it. */
  readonly drawing?: ComponentChildren
  /** HTML over both. */
  readonly children?: ComponentChildren
}

/** The picture takes the width that there is, never more than twice its own. */
export function Stage ({ picture, label, drawing, children }: StageProps): JSX.Element {
  const { width, height } = picture
  return (
    <div class='stage' style={{ maxWidth: `min(100%, ${width * 2}px, ${Math.round(70 * width / height)}vh)`, aspectRatio: `${width} / ${height}` }} role='group' aria-label={label}>
      <img src={picture.src} alt='' />
      {drawing !== undefined && <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio='none' aria-hidden='true'>{drawing}</svg>}
      {children}
    </div>
  )
}
