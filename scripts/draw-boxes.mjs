// Draws the answer of objectsDetection, or of classification, on a picture.
import sharp from 'sharp'

// Told apart by people who see colours differently, too (Okabe and Ito, 2008).
const COLOURS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#f0e442']
const FONT = 'DejaVu Sans, Verdana, sans-serif'

/**
 * Boxes with names and scores.
 * @param {Buffer} photo
 * @param {{ localizedObjectAnnotations: object[] }} answer content of objectsDetection
 * @returns {Promise<sharp.Sharp>} to be written in any format
 */
export async function drawObjects (photo, { localizedObjectAnnotations: objects }) {
  const { width, height } = (await sharp(photo).metadata()).autoOrient
  const letter = Math.round(Math.max(11, width / 42))
  const line = Math.max(2, Math.round(width / 220))
  const names = [...new Set(objects.map(({ name }) => name))]
  const taken = []
  // The surest choose their place first.
  const shapes = objects.map(({ name, score, boundingPoly: { normalizedVertices: [from, , to] } }) => {
    const colour = COLOURS[names.indexOf(name) % COLOURS.length]
    const [left, top, right, bottom] = [from.x * width, from.y * height, to.x * width, to.y * height]
    const text = `${name} ${Math.round(score * 100)} %`
    const size = { width: text.length * letter * 0.62 + letter * 0.6, height: letter * 1.5 }
    const places = [[left, top - size.height], [left, top], [left, bottom], [right - size.width, top - size.height], [right - size.width, bottom - size.height]]
      .map(([x, y]) => ({ x: Math.max(0, Math.min(x, width - size.width)), y: Math.max(0, Math.min(y, height - size.height)), ...size }))
    const place = places.find(place => !taken.some(other => overlap(place, other))) ?? places[0]
    taken.push(place)
    return `<rect x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" fill="none" stroke="${colour}" stroke-width="${line}"/>` +
      label(place.x, place.y, size.width, letter, text, colour)
  })
  return overlay(photo, width, height, shapes.join(''))
}

/** Labels with scores, as a column at the left. */
export async function drawLabels (photo, { labelAnnotations: labels }) {
  const { width, height } = (await sharp(photo).metadata()).autoOrient
  const letter = Math.round(Math.max(12, width / 36))
  const shapes = labels.map(({ description, score }, index) => {
    const text = `${description} ${Math.round(score * 100)} %`
    return label(letter * 0.5, letter * (0.5 + index * 1.7), text.length * letter * 0.62 + letter * 0.6, letter, text, '#222222')
  })
  return overlay(photo, width, height, shapes.join(''))
}

function label (x, y, width, letter, text, colour) {
  return `<rect x="${x}" y="${y}" width="${width}" height="${letter * 1.5}" fill="${colour}" fill-opacity=".85"/>` +
    `<text x="${x + letter * 0.3}" y="${y + letter * 1.1}" font-family="${FONT}" font-size="${letter}" font-weight="bold" fill="${isLight(colour) ? '#000' : '#fff'}">${escaped(text)}</text>`
}

function overlap (one, other) {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height
}

function overlay (photo, width, height, shapes) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`
  return sharp(photo).autoOrient().composite([{ input: Buffer.from(svg) }])
}

function isLight (colour) {
  const [red, green, blue] = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150
}

function escaped (text) {
  return text.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`)
}
