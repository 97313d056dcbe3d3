// colorPalette: swatches with their shares, hex codes to copy.
import type { JSX } from 'preact'
import type { ColorPalette } from '../../../wire/color-palette.js'
import { CopyButton } from '../../parts/copy-button.js'
import type { Picture } from '../picture.js'
import { Stage } from '../stage.js'

export function Palette ({ content, picture }: { readonly content: ColorPalette, readonly picture: Picture }): JSX.Element {
  const colors = content.colors.map(([red = 0, green = 0, blue = 0, percent = 0]) => ({
    hex: `#${[red, green, blue].map(value => value.toString(16).padStart(2, '0')).join('')}`, rgb: `${red}, ${green}, ${blue}`, percent
  }))
  return (
    <div class='beside'>
      <Stage picture={picture} label='The picture' />
      <div>
        <div class='strip' aria-hidden='true'>
          {colors.map(({ hex, percent }) => <span key={hex} style={{ background: hex, flexGrow: percent }} />)}
        </div>
        <ol class='swatches' aria-label='Colours'>
          {colors.map(({ hex, rgb, percent }) => (
            <li key={hex}>
              <span class='swatch' style={{ background: hex }} />
              <span class='share'>{percent} %</span>
              <code>{hex}</code>
              <span class='rgb'>rgb {rgb}</span>
              <CopyButton text={hex} what={hex} />
            </li>
          ))}
        </ol>
      </div>
    </div>
  )
}
