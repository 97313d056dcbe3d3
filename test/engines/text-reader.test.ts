import t from 'tap'
import { createTextReader } from '../../src/engines/text-reader.js'
import type { NetReading } from '../../src/engines/text/line-recogniser.js'
import { NARROW } from '../../src/engines/text/narrow-reading.js'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import type { Quad } from '../../src/imaging/quad.js'

const PAGE: DecodedImage = { data: new Uint8Array(3), width: 800, height: 2000, channels: 3, original: { width: 800, height: 2000 } }

function line (index: number): Quad {
  const top = 20 * index
  return [{ x: 0, y: top }, { x: 400, y: top }, { x: 400, y: top + 16 }, { x: 0, y: top + 16 }]
}

function word (text: string, confidence: number): NetReading['general'] {
  return [{ text, confidence, from: 0, to: 1, glyphs: [...text].map((letter, index) => ({ text: letter, confidence, at: (index + 0.5) / text.length })) }]
}

// Reads `print` on all lines as surely as is said; on line 20 the nets differ where it is squeezed. Which shares were asked, by line.
async function readPage (count: number, confidence = 0.97) {
  const shares = new Map<number, number[]>()
  const reader = createTextReader({
    detector: { sizeFor: size => size, detect: async () => Array.from({ length: count }, (_, index) => ({ quad: line(index), score: 1 })) },
    recogniser: {
      async read (_, [{ y }], share = 1) {
        const index = Math.round(y / 20)
        shares.set(index, [...shares.get(index) ?? [], share])
        return { general: word(index === 20 && share < 1 ? 'paint' : 'print', confidence), latin: word('print', confidence) }
      }
    },
    tesseract: undefined,
    maxLines: 100
  })
  const page = await reader.read(PAGE, PAGE, { spread: async (items, work) => await Promise.all(items.map(work)), mayLackAccents: async () => false })
  return { shares, words: page.paragraphs.flatMap(({ lines }) => lines.flatMap(({ words }) => words.map(({ text }) => text))) }
}

t.test('a dense page of clean print is read narrow but for its sample, and once more where the nets differ', async t => {
  const { shares, words } = await readPage(50)
  t.same([...shares.values()].filter(asked => asked.length === 1 && asked[0] === 1).length, 6)
  t.same([...shares.values()].filter(asked => asked.length === 1 && asked[0] === NARROW).length, 43)
  t.same(shares.get(20), [NARROW, 1])
  t.same(words, Array.from({ length: 50 }, () => 'print'))
})

t.test('a picture of few lines, and one that is not read surely, are read at their whole width alone', async t => {
  for (const { shares } of [await readPage(20), await readPage(50, 0.9)]) {
    t.ok([...shares.values()].every(asked => asked.length === 1 && asked[0] === 1))
  }
})

t.test('more lines than the limit are refused', async t => {
  await t.rejects(readPage(101), { kind: 'too_large', message: 'the picture has 101 lines of text; the limit is 100' })
})
