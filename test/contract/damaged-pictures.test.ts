// Three hundred damaged pictures, always the same, to the cheap functions. `npm run torture -- input` has thousands for all.
import t from 'tap'
import { mutantsOf } from '../../bench/torture/mutate.mjs'
import { FIXTURES, type FixtureName, readFixture } from '../fixtures/index.js'
import { startServer } from './real-server.js'

const MUTANTS = 300
const SEED = 1
const KNOWN_CODES = new Set(['0', '-400', '-413', '-415'])

t.test('damaged pictures get an answer or a refusal in the envelope, and good ones beside them what they always get', async t => {
  const { baseUrl, credentials: { accessToken }, log } = await startServer(t)
  const ask = async (image: Uint8Array): Promise<{ status: number, text: string }> => {
    const form = new FormData()
    form.append('image', new Blob([Uint8Array.from(image)]), 'image')
    const answer = await fetch(`${baseUrl}/compute/v1/image/colorPalette`, { method: 'POST', headers: { token: accessToken }, body: form })
    return { status: answer.status, text: await answer.text() }
  }
  const names = (Object.keys(FIXTURES) as FixtureName[]).filter(name => name !== 'monal.jpg')
  const good = readFixture('quarters.webp')
  const golden = (await ask(good)).text
  const codes = new Map<string, number>()
  const wrong: string[] = []
  for (const { name, bytes } of mutantsOf(names.map(name => [name, readFixture(name)]), MUTANTS, SEED)) {
    const { status, text } = await ask(bytes)
    const { code, message } = JSON.parse(text) as { code: string, message: string }
    codes.set(code, (codes.get(code) ?? 0) + 1)
    if (!KNOWN_CODES.has(code) || (code === '0') !== (status === 200)) wrong.push(`${name}: ${status} ${code} ${message}`)
  }
  t.same(wrong, [])
  t.ok((codes.get('0') ?? 0) > 50 && (codes.get('-415') ?? 0) > 50, `some are still pictures, others are none: ${JSON.stringify([...codes])}`)
  t.equal((await ask(good)).text, golden)
  t.same(log.filter(({ level }) => Number(level) >= 50), [], 'nothing of it is an error of ours')
})
