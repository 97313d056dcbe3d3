// textDetection: words on photographs with their places, lines of receipts, pages and labels, handwriting.
import { existsSync, readFileSync } from 'node:fs'
import { centreInside, characterErrors, compareBags, overlapOf, plainWord, precisionRecall, splitWords, textOf, wordsOf } from '../measures/text.mjs'

const ENDPOINT = 'textDetection'
const MIN_OVERLAP = 0.5
const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length

/** Words that stand where nobody could read are neither right nor wrong. */
function readableWords (content, { words }) {
  const ignored = words.filter(word => word.ignore)
  return wordsOf(content).filter(word => !ignored.some(({ quad }) => centreInside(word.quad, quad)))
}

/** A word counts when an unused word of the truth lies at its place and reads the same. */
function compareInPlace (found, expected) {
  const rest = new Set(expected)
  let hits = 0
  for (const word of found) {
    const same = [...rest].find(other => plainWord(other.text) === plainWord(word.text) && overlapOf(word.quad, other.quad) >= MIN_OVERLAP)
    if (same === undefined) continue
    rest.delete(same)
    hits++
  }
  return { hits, wrong: found.length - hits, missed: rest.size }
}

function signs (answered) {
  const pairs = answered.map(({ truth, usual }) => ({ found: readableWords(usual, truth), expected: truth.words.filter(word => !word.ignore) }))
  const bag = precisionRecall(pairs.map(({ found, expected }) => compareBags(found.flatMap(word => splitWords(word.text)), expected.flatMap(word => splitWords(word.text)))))
  const placed = precisionRecall(pairs.map(({ found, expected }) => compareInPlace(found, expected)))
  const exact = word => word.toLowerCase()
  const asWritten = precisionRecall(pairs.map(({ found, expected }) => compareBags(found.map(word => exact(word.text)), expected.map(word => exact(word.text)))))
  return {
    'word P': bag.precision,
    'word R': bag.recall,
    'word F': bag.f1,
    'P at IoU .5': placed.precision,
    'R at IoU .5': placed.recall,
    'F at IoU .5': placed.f1,
    'word F with marks': asWritten.f1
  }
}

/** The words whose centres lie in a line, from left to right. */
function readInLine (words, { quad }) {
  return words.filter(word => centreInside(word.quad, quad)).sort((a, b) => a.quad[0][0] - b.quad[0][0]).map(word => word.text).join(' ')
}

function receipts (answered) {
  const bags = answered.map(({ truth, usual }) => compareBags(splitWords(textOf(usual)), truth.lines.flatMap(line => splitWords(line.text))))
  const lines = answered.flatMap(({ truth, usual }) => {
    const words = wordsOf(usual)
    return truth.lines.map(line => characterErrors(readInLine(words, line).toLowerCase(), line.text.toLowerCase()))
  })
  const { precision, recall, f1 } = precisionRecall(bags)
  return { 'word P': precision, 'word R': recall, 'word F': f1, 'line CER': mean(lines.map(errors => Math.min(1, errors))) }
}

const squeezed = text => text.replace(/\s+/g, ' ').toLowerCase()
const accentsOf = text => [...text.normalize('NFC')].filter(letter => letter.normalize('NFD') !== letter)

function pages (answered) {
  const full = answered.filter(({ truth }) => truth.mode === 'full')
  const contains = answered.filter(({ truth }) => truth.mode === 'contains')
  const strings = contains.flatMap(({ truth, usual }) => truth.truth.map(text => squeezed(textOf(usual)).includes(squeezed(text))))
  const errors = items => items.map(({ truth, usual }) => characterErrors(textOf(usual), truth.truth))
  const french = answered.filter(({ truth }) => truth.lang === 'fr')
  const expected = french.flatMap(({ truth }) => accentsOf([truth.truth].flat().join('')))
  const kept = french.map(({ truth, usual }) => compareBags(accentsOf(textOf(usual)), accentsOf([truth.truth].flat().join(''))).hits)
  return {
    'word F': precisionRecall(full.map(({ truth, usual }) => compareBags(splitWords(textOf(usual)), splitWords(truth.truth)))).f1,
    CER: mean(errors(full)),
    'CER turned': mean(errors(full.filter(({ truth }) => truth.rotation !== undefined))),
    'CER columns': mean(errors(full.filter(({ truth }) => truth.file.includes('8071')))),
    'strings found': strings.filter(Boolean).length / strings.length,
    'French accents': expected.length === 0 ? 1 : kept.reduce((sum, hits) => sum + hits, 0) / expected.length
  }
}

function frenchPrint (answered) {
  const pairs = answered.map(({ truth, usual }) => ({ found: textOf(usual), expected: truth.lines.join('\n') }))
  const accents = precisionRecall(pairs.map(({ found, expected }) => compareBags(accentsOf(found), accentsOf(expected))))
  return {
    CER: mean(pairs.map(({ found, expected }) => characterErrors(found, expected))),
    'word F': precisionRecall(pairs.map(({ found, expected }) => compareBags(splitWords(found), splitWords(expected)))).f1,
    'accents kept': accents.recall,
    'accents right': accents.precision
  }
}

function handwriting (answered) {
  const figures = {}
  for (const kind of ['page', 'line', 'word']) {
    for (const lang of ['en', 'fr']) {
      const some = answered.filter(({ truth }) => truth.kind === kind && truth.lang === lang)
      if (some.length === 0) continue
      figures[`CER of ${kind}s, ${lang}`] = mean(some.map(({ truth, usual }) => characterErrors(textOf(usual), truth.truth)))
      figures[`word R of ${kind}s, ${lang}`] = precisionRecall(some.map(({ truth, usual }) => compareBags(splitWords(textOf(usual)), splitWords(truth.truth)))).recall
    }
  }
  return figures
}

// What others are shown beside.
const COMPARED = ['word F', 'F at IoU .5', 'line CER', 'CER columns', 'CER of lines, fr', 'CER of lines, en', 'word R of pages, fr', 'word R of pages, en']

/** Each reader by itself, and Tesseract on whole pictures, as `bench/text.mjs` has measured them; none where it has not. */
function readersAlone (set) {
  const file = new URL('../../results/text.json', import.meta.url)
  const readers = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).alone?.figures[set] ?? {} : {}
  return Object.fromEntries(Object.entries(readers).map(([name, figures]) => [name, Object.fromEntries(Object.entries(figures).filter(([figure]) => COMPARED.includes(figure)))]))
}

export default [
  {
    name: 'text-signs',
    endpoint: ENDPOINT,
    folder: 'ocr_icdar2015',
    about: 'Words in street and shop photographs (ICDAR 2015, incidental scene text), in any case and without marks at their ends.',
    score: signs,
    asked: { 'word F': { embedded: '>= 0.68' } },
    beside: readersAlone('text-signs')
  },
  {
    name: 'text-receipts',
    endpoint: ENDPOINT,
    folder: 'ocr_receipts',
    about: 'Scanned receipts (SROIE).',
    score: receipts,
    asked: { 'word F': { embedded: '>= 0.92' } },
    beside: readersAlone('text-receipts')
  },
  {
    name: 'text-pages',
    endpoint: ENDPOINT,
    folder: 'ocr_misc',
    about: 'Pages, posters and labels; some turned, one in columns, one in French.',
    score: pages,
    asked: { 'word F': { embedded: '>= 0.985' }, 'CER columns': { embedded: '<= 0.1' } },
    beside: readersAlone('text-pages')
  },
  {
    name: 'text-french',
    endpoint: ENDPOINT,
    folder: 'bench/eval/pictures/french-print',
    about: 'French labels, notices and pages in fonts that the line reader has not learnt, with their accents.',
    score: frenchPrint,
    asked: { CER: { embedded: '<= 0.05' }, 'accents kept': { embedded: '>= 0.95' } }
  },
  {
    name: 'text-handwriting',
    endpoint: ENDPOINT,
    folder: 'ocr_handwriting',
    about: 'Handwritten pages, lines and words.',
    score: handwriting,
    asked: {
      'CER of lines, fr': { embedded: '<= 0.28' },
      'CER of lines, en': { embedded: '<= 0.15' },
      'word R of pages, fr': { embedded: '>= 0.35' },
      'word R of pages, en': { embedded: '>= 0.45' }
    },
    beside: readersAlone('text-handwriting')
  }
]
