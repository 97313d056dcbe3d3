import t from 'tap'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { drawFlat, drawScene } from '../fixtures/scenes.js'
import { startServer } from './real-server.js'

interface Content {
  readonly scores: { readonly matchStrengthWithoutWeighting: number, readonly matchStrength: number }
  readonly query: { readonly resizedDimensions: number[], readonly originalDimensions: number[], readonly matchingBox?: { readonly points: number[][] } }
  readonly distance: number
  readonly category: string
  readonly decision: string
  readonly reference: Content['query']
  readonly homography: { readonly destination: string, readonly coefficients: number[], readonly source: string }
}

const monal = readFileSync(new URL('../fixtures/monal.jpg', import.meta.url))

// Where a point of the reference lies in the query, both in shares of the sides.
function follow ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0]: number[], [x, y]: readonly [number, number]): [number, number] {
  const w = g * x + h * y + i
  return [(a * x + b * y + c) / w, (d * x + e * y + f) / w]
}

t.test('imagesDistance answers the documented content, key by key', async t => {
  // What matches here matches by the first means: the dearer ones are tested where they are made.
  const { baseUrl, credentials: { login, accessToken } } = await startServer(t, { COMPUTE_MATCH_DEADLINE: '300ms' })
  const ask = async (refImage: Buffer, queryImage: Buffer, options: Record<string, string> = {}): Promise<{ text: string, content: Content }> => {
    const form = new FormData()
    form.append('refImage', new Blob([refImage]), 'ref')
    form.append('queryImage', new Blob([queryImage]), 'query')
    for (const [name, value] of Object.entries(options)) form.append(name, value)
    const answer = await fetch(`${baseUrl}/compute/v1/image/imagesDistance`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    const text = await answer.text()
    t.equal(answer.status, 200, text.slice(0, 200))
    return { text, content: (JSON.parse(text) as { content: Content }).content }
  }
  const small = await sharp(monal).resize(229, 220, { fit: 'fill' }).png().toBuffer()
  const scene = await drawScene(7, 225, 225)

  await t.test('the documented rejection, to the letter', async t => {
    const { text } = await ask(small, scene)
    t.equal(text, '{"content":{"scores":{"matchStrengthWithoutWeighting":0.0,"matchStrength":0.0},' +
      '"query":{"resizedDimensions":[512,512],"originalDimensions":[225,225]},"distance":4.0,"category":"LOCALMATCHING",' +
      '"decision":"Rejection due to geometric test","reference":{"resizedDimensions":[512,491],"originalDimensions":[229,220]},' +
      '"homography":{"destination":"query","coefficients":[],"source":"reference"}},"code":"0","message":"ok"}')
  })

  // Turned a quarter, then cut: x' = 1 - y, y' = x in shares, then the cut.
  const [width, height] = [426, 640]
  const cut = { left: 40, top: 60, width: 330, height: 500 }
  const turned = await sharp(await sharp(monal).rotate(90).toBuffer()).extract(cut).resize(264, 400).jpeg({ quality: 80 }).toBuffer()
  const truth = ([x, y]: readonly [number, number]): [number, number] => [((1 - y) * width - cut.left) / cut.width, (x * height - cut.top) / cut.height]

  await t.test('a match, with nine coefficients from reference to query in shares of their sides', async t => {
    const { content, text } = await ask(monal, turned)
    t.same(Object.keys(content), ['scores', 'query', 'distance', 'category', 'decision', 'reference', 'homography'])
    t.same(Object.keys(content.scores), ['matchStrengthWithoutWeighting', 'matchStrength'])
    t.same(Object.keys(content.homography), ['destination', 'coefficients', 'source'])
    t.match(content, { category: 'LOCALMATCHING', decision: 'Match', homography: { source: 'reference', destination: 'query' } })
    t.same(content.reference.originalDimensions, [640, 426])
    t.same(content.reference.resizedDimensions, [512, 340])
    t.same(content.query.originalDimensions, [264, 400])
    t.same(content.query.resizedDimensions, [337, 512])
    t.ok(content.distance > 0 && content.distance < 0.2, `distance ${content.distance}`)
    t.ok(content.scores.matchStrength > 0.95 && content.scores.matchStrength <= 1)
    t.ok(content.scores.matchStrengthWithoutWeighting > 0.5 && content.scores.matchStrengthWithoutWeighting <= 1)
    t.equal(content.homography.coefficients.length, 9)
    t.equal(content.homography.coefficients[8], 1)
    t.match(text, /"coefficients":\[[^\]]*,1\.0\]/, 'floats are printed as floats')
    for (const corner of [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]] as const) {
      const [[x, y], [u, v]] = [follow(content.homography.coefficients, corner), truth(corner)]
      t.ok(Math.hypot((x - u) * 264, (y - v) * 400) < 2, `${corner.join()}: ${x}, ${y} for ${u}, ${v}`)
    }
    for (const { matchingBox } of [content.reference, content.query]) {
      const points = matchingBox?.points ?? []
      t.equal(points.length, 4)
      t.ok(points.flat().every(value => value >= 0 && value <= 1))
      t.ok((points[2]?.[0] ?? 0) - (points[0]?.[0] ?? 1) > 0.5 && (points[2]?.[1] ?? 0) - (points[0]?.[1] ?? 1) > 0.5, 'the box holds most of the picture')
    }
    t.equal((await ask(monal, turned)).text, text, 'the same pair gives the same answer')
  })

  await t.test('swapping the pair inverts the homography', async t => {
    const there = (await ask(monal, turned)).content.homography.coefficients
    const back = (await ask(turned, monal)).content.homography.coefficients
    for (const point of [[0.2, 0.2], [0.8, 0.3], [0.5, 0.7]] as const) {
      const [x, y] = follow(back, follow(there, point))
      t.ok(Math.abs(x - point[0]) < 0.006 && Math.abs(y - point[1]) < 0.006, `${point.join()} comes back to ${x}, ${y}`)
    }
  })

  await t.test('equal pixels have distance 0 and the identity, flat ones too', async t => {
    const flat = await drawFlat(60, 40)
    for (const [ref, query] of [[monal, monal], [flat, flat], [small, await sharp(small).webp({ lossless: true }).toBuffer()]] as const) {
      const { content, text } = await ask(ref, query)
      t.match(text, /"distance":0\.0,/)
      t.same(content.homography.coefficients, [1, 0, 0, 0, 1, 0, 0, 0, 1])
      t.equal(content.scores.matchStrength, 1)
    }
  })

  await t.test('a mirror image is no match unless it may be', async t => {
    const mirrored = await sharp(monal).flop().jpeg().toBuffer()
    t.equal((await ask(monal, mirrored)).content.distance, 4)
    const { content } = await ask(monal, mirrored, { allowMirror: 'true' })
    t.equal(content.decision, 'Match')
    const [x, y] = follow(content.homography.coefficients, [0.2, 0.4])
    t.ok(Math.abs(x - 0.8) < 0.01 && Math.abs(y - 0.4) < 0.01)
  })

  await t.test('odd pictures are cleanly rejected', async t => {
    const noise = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).png().toBuffer()
    for (const odd of [await drawFlat(1, 1), await drawFlat(5, 5), await drawFlat(4000, 2), await drawFlat(300, 200, '#fff'), noise]) {
      t.match((await ask(monal, odd)).content, { distance: 4, decision: 'Rejection due to geometric test' })
    }
    t.match((await ask(monal, turned)).content, { decision: 'Match' }, 'and the next pair is answered as before')
  })

  await t.test('what is missing or wrong is said by name', async t => {
    const form = new FormData()
    form.append('refImage', new Blob([monal]), 'ref')
    const answer = await fetch(`${baseUrl}/compute/v1/image/imagesDistance`, { method: 'POST', headers: { userName: login, token: accessToken }, body: form })
    t.match(await answer.json(), { code: '-400', content: {}, message: /queryImage/ })
  })
})
