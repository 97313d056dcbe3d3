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
  // The surest is drawn last, over the others.
  const shapes = objects.toReversed().map(({ name, score, boundingPoly: { normalizedVertices: [from, , to] } }) => {
    const colour = COLOURS[names.indexOf(name) % COLOURS.length]
    const [x, y] = [from.x * width, from.y * height]
    const text = `${name} ${Math.round(score * 100)} %`
    const labelWidth = text.length * letter * 0.62 + letter * 0.6
    const labelX = Math.min(x, width - labelWidth)
    const labelY = y >= letter * 1.5 ? y - letter * 1.5 : y
    return `<rect x="${x}" y="${y}" width="${(to.x - from.x) * width}" height="${(to.y - from.y) * height}" fill="none" stroke="${colour}" stroke-width="${line}"/>` +
      label(labelX, labelY, labelWidth, letter, text, colour)
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
