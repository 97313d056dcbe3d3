import t from 'tap'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { startServer } from './real-server.js'

const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

t.test('colorPalette answers the documented content, key by key', async t => {
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t)
  const ask = async (image: Buffer): Promise<{ status: number, text: string, json: { content: { colors: number[][] }, code: string } }> => {
    const form = new FormData()
    form.append('image', new Blob([image]), 'image')
    const answer = await fetch(`${baseUrl}/compute/v1/image/colorPalette`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    const text = await answer.text()
    return { status: answer.status, text, json: JSON.parse(text) }
  }

  await t.test('a photograph', async t => {
    const { status, text, json } = await ask(monal)
    t.equal(status, 200)
    t.same(Object.keys(json), ['content', 'code', 'message'])
    t.same(Object.keys(json.content), ['colors'])
    t.match(json, { code: '0', message: 'ok' })
    const { colors } = json.content
    t.ok(colors.length >= 5 && colors.length <= 8, `${colors.length} rows`)
    for (const row of colors) {
      t.equal(row.length, 4)
      t.ok(row.every(Number.isInteger))
      t.ok(row.slice(0, 3).every(value => value >= 0 && value <= 255))
      t.ok((row[3] ?? 0) >= 1)
    }
    const percents = colors.map(row => row[3] ?? 0)
    t.same(percents, [...percents].sort((a, b) => b - a), 'percent descends')
    t.equal(percents.reduce((sum, percent) => sum + percent), 100)
    t.notMatch(text, /\./, 'integers are printed as integers')
    t.equal((await ask(monal)).text, text, 'the same picture gives the same answer')
  })

  const flat = (width: number, height: number, background: string) => sharp({ create: { width, height, channels: 3, background } })
  await t.test('a solid picture is one row of 100', async t => {
    t.same((await ask(await flat(300, 200, '#c02040').png().toBuffer())).json.content.colors, [[0xc0, 0x20, 0x40, 100]])
    t.same((await ask(await flat(1, 1, '#000').png().toBuffer())).json.content.colors, [[0, 0, 0, 100]])
    const [row, ...more] = (await ask(await flat(300, 200, '#c02040').jpeg().toBuffer())).json.content.colors
    t.equal(row?.[3], 100)
    t.same(more, [])
  })

  await t.test('half and half is 50 and 50', async t => {
    const half = await flat(100, 200, '#0000ff').png().toBuffer()
    const both = await flat(200, 200, '#ffff00').composite([{ input: half, left: 0, top: 0 }]).png().toBuffer()
    const { colors } = (await ask(both)).json.content
    t.same(colors.map(row => row[3]), [50, 50])
    t.same(new Set(colors.map(row => row.slice(0, 3).join())), new Set(['0,0,255', '255,255,0']))
  })

  await t.test('transparent pixels do not count', async t => {
    const red = await flat(50, 50, '#ff0000').png().toBuffer()
    const image = await sharp({ create: { width: 200, height: 200, channels: 4, background: '#00ff0000' } }).composite([{ input: red, left: 20, top: 20 }]).png().toBuffer()
    t.same((await ask(image)).json.content.colors, [[255, 0, 0, 100]])
  })

  await t.test('what is no picture is refused in the envelope', async t => {
    const { status, json } = await ask(Buffer.from('not an image'))
    t.equal(status, 415)
    t.match(json, { content: {}, code: '-415' })
    t.equal((await ask(await sharp({ create: { width: 8000, height: 8000, channels: 3, background: '#fff' } }).png().toBuffer())).status, 413)
  })
})
