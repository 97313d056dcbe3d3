import t from 'tap'
import type { DecodedImage } from '../../src/imaging/decoded-image.js'
import type { ImageDecoder } from '../../src/intake/decode-image.js'
import { createFindPalette } from '../../src/services/color-palette.js'
import type { Work } from '../../src/services/work.js'

function decoderOf (image: DecodedImage): { decoder: ImageDecoder, asked: unknown[] } {
  const asked: unknown[] = []
  return { asked, decoder: { decode: async (bytes, options) => { asked.push(options); return image }, resize: async image => image, close: async () => {} } }
}

function workOf (): { work: Work, stages: string[] } {
  const stages: string[] = []
  return { stages, work: { signal: new AbortController().signal, async stage (name, run) { stages.push(name); return await run() } } }
}

function pixels (channels: 3 | 4, ...rows: number[][]): DecodedImage {
  const data = Uint8Array.from(rows.flat())
  const width = data.length / channels
  return { data, width, height: 1, channels, original: { width, height: 1 } }
}

t.test('a picture is decoded small with its alpha, and shares become percents', async t => {
  const red = [255, 0, 0]
  const blue = [0, 0, 255]
  const { decoder, asked } = decoderOf(pixels(3, red, red, blue))
  const { work, stages } = workOf()
  t.same(await createFindPalette(decoder)(Buffer.alloc(0), work), { colors: [[255, 0, 0, 67], [0, 0, 255, 33]] })
  t.match(asked, [{ alpha: 'keep', size: { fit: 'inside', width: Number, height: Number } }])
  t.same(stages, ['decode', 'engine'])
})

t.test('a picture in which nothing can be seen is the white it is shown on', async t => {
  const { decoder } = decoderOf(pixels(4, [10, 20, 30, 0], [10, 20, 30, 0]))
  t.same(await createFindPalette(decoder)(Buffer.alloc(0), workOf().work), { colors: [[255, 255, 255, 100]] })
})
