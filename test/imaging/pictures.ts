// Hand-made pictures for tests of pixel functions.
import { type DecodedImage } from '../../src/imaging/decoded-image.js'

export type Pixel = readonly [red: number, green: number, blue: number, alpha?: number]

/** A picture of the given size whose pixel at (x, y) is what `paint` says; RGBA if its first pixel has an alpha. */
export function picture (width: number, height: number, paint: (x: number, y: number) => Pixel): DecodedImage {
  const pixels = Array.from({ length: width * height }, (_, i) => paint(i % width, Math.floor(i / width)))
  const channels = pixels[0]?.length === 4 ? 4 : 3
  return { data: Uint8Array.from(pixels.flatMap(pixel => [...pixel])), width, height, channels, original: { width, height } }
}

/** A picture from rows of letters, each letter a pixel of that colour. */
export function drawn (rows: readonly string[], colors: Readonly<Record<string, Pixel>>): DecodedImage {
  return picture(rows[0]?.length ?? 0, rows.length, (x, y) => {
    const color = colors[rows[y]?.[x] ?? '']
    if (color === undefined) throw new Error(`no colour for the pixel at ${x}, ${y}`)
    return color
  })
}

/** Numbers 0..1 that are the same in every run. */
export function seededRandom (seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}
