// Dense pages of print, made up in fonts that are installed: how they are read, squeezed lines included.
import { existsSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { createDetectText } from '../../dist/services/detect-text.js'
import { compareBags, precisionRecall, splitWords, textOf } from '../eval/measures/text.mjs'
import { createRandom } from '../random.mjs'
import { cpuMs, makeParts } from './parts.mjs'

const FONTS = [
  'C059 11', 'Bookman Uralic 10', 'Baskervald ADF Std 12', 'DejaVu Sans 10', 'Liberation Serif 11', 'Liberation Sans 10', 'DejaVu Sans Mono 9',
  'Liberation Sans Narrow 11', 'Nimbus Roman 12', 'Berenis ADF Pro 12', 'Andika 10', 'C059 9'
]
const LICENCES = '/usr/share/common-licenses/'
const FRENCH = '/usr/share/dict/french'
const PAPER = '#f4f1ea'
const INCHES = { width: 8.27, height: 11.69, margin: 0.9 }

// With case and marks.
const AS_IT_IS = word => word

/** Word F of each page against its text, as bags of words. Needs Debian's licences, French words and fonts. */
export async function dense () {
  if (!existsSync(LICENCES) || !existsSync(FRENCH)) return { skipped: `${LICENCES} and ${FRENCH} (Debian: wfrench) are not here` }
  const parts = await makeParts()
  const detect = createDetectText(parts)
  const random = createRandom(7)
  const texts = [...['GFDL-1.2', 'GPL-3', 'Artistic', 'Apache-2.0'].map(name => plain(readFileSync(LICENCES + name, 'latin1'))), frenchWords(random)]
  const pages = {}
  const before = cpuMs()
  for (const [index, font] of FONTS.entries()) {
    const { picture, words } = await makePage(texts[index % texts.length].slice(500 * index), font, index % 2 === 0 ? 200 : 150, random)
    const answer = await detect(picture, {}, parts.work)
    pages[font] = precisionRecall([compareBags(splitWords(textOf(answer), AS_IT_IS), words)]).f1
  }
  await parts.close()
  const values = Object.values(pages)
  return { 'word F': thousandths(values.reduce((sum, value) => sum + value, 0) / values.length), cpuMsOfAPage: Math.round((cpuMs() - before) / values.length), pages: Object.fromEntries(Object.entries(pages).map(([font, value]) => [font, thousandths(value)])) }
}

/** A page of A4 as a scanner gives it, and what stands on it. */
async function makePage (text, font, dpi, random) {
  const [width, height, margin] = [INCHES.width, INCHES.height, INCHES.margin].map(inches => Math.round(inches * dpi))
  const room = { width: width - 2 * margin, height: height - 2 * margin }
  const render = async words => await sharp({ text: { text: words.join(' '), font, width: room.width, dpi, spacing: 2, wrap: 'word' } }).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
  const all = text.split(/\s+/).slice(1, 1200)
  // As many words as fit.
  let [some, tooMany] = [0, all.length]
  while (tooMany - some > 8) {
    const middle = (some + tooMany) >> 1
    if ((await render(all.slice(0, middle))).info.height <= room.height) some = middle
    else tooMany = middle
  }
  const words = all.slice(0, some)
  const { data, info } = await render(words)
  const ink = await sharp(data, { raw: info }).negate().linear(0.82, 36).toColourspace('srgb').png().toBuffer()
  const page = await sharp({ create: { width, height, channels: 3, background: PAPER } }).composite([{ input: ink, left: margin, top: margin, blend: 'multiply' }]).png().toBuffer()
  return { picture: await sharp(page).rotate((random() - 0.5) * 1.2, { background: PAPER }).blur(0.5 + random() * 0.5).jpeg({ quality: 75 }).toBuffer(), words }
}

// Without what the markup of the text renderer would take for its own.
function plain (text) {
  return text.replace(/[^\x20-\x7e\n]|[<>&]/g, '').replace(/\s+/g, ' ')
}

function frenchWords (random) {
  const known = readFileSync(FRENCH, 'utf8').split('\n').filter(word => /^[a-zà-ÿ]+$/.test(word))
  return Array.from({ length: 6000 }, (_, index) => {
    const word = known[Math.floor(random() * known.length)]
    if (index % 11 === 0) return word[0].toUpperCase() + word.slice(1)
    return index % 11 === 10 ? word + (index % 5 === 0 ? ',' : '.') : word
  }).join(' ')
}

function thousandths (value) {
  return Math.round(value * 1000) / 1000
}
