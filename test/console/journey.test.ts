// A newcomer's first minute: start the server, open the console, sign in with what the start printed, try three functions,
// create a key that works with curl; then revoke it and leave.
import t from 'tap'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ROOT } from '../places.js'
import { needsBrowser, signIn, startBrowser, tryFunction, visit } from './browser.js'

const hasCurl = spawnSync('curl', ['--version']).status === 0

t.setTimeout(300_000)

/** Starts `serve` on an empty data folder. @returns where it listens and what it printed */
async function start (dataDir: string): Promise<{ baseUrl: string, printed: string }> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COMPUTE_')))
  const child = spawn(process.execPath, [`${ROOT}dist/compute-api.cjs`, 'serve'], {
    env: { ...env, NODE_OPTIONS: '', COMPUTE_DATA_DIR: dataDir, COMPUTE_PORT: '0', COMPUTE_HOST: '127.0.0.1' }, stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => { printed += chunk.toString() })
  for (;;) {
    const baseUrl = /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1]
    if (baseUrl !== undefined) return { baseUrl, printed }
    if (child.exitCode !== null) throw new Error(`serve ended: ${printed}`)
    await sleep(20)
  }
}

t.test('within a minute a newcomer has tried three functions and made a key that works with curl', needsBrowser, async t => {
  const { baseUrl, printed } = await start(`${t.testdir()}/data`)
  const browser = await startBrowser(t)
  const startedMs = performance.now()
  t.match(printed, /Open http:\/\/localhost:\d+\/console\/ and sign in/)
  const [, login = ''] = /^ +login +(\S+)$/m.exec(printed) ?? []
  const [, password = ''] = /^ +password +(\S+)$/m.exec(printed) ?? []
  const { page, complaints, strangers } = await visit(browser, baseUrl)

  await page.getByLabel('Login').fill(login)
  await page.getByLabel('Password').fill('a guess')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText('The login or the password is wrong').waitFor()
  t.match(complaints.splice(0), [/401/], 'the browser notes that the guess was refused')
  await signIn(page, login, password)

  await tryFunction(page, 'Objects', 'A bird')
  t.match(await page.locator('.stage .tag').allTextContents(), [/^Bird \d+ %$/])
  await tryFunction(page, 'Colours')
  t.ok((await page.getByRole('list', { name: 'Colours' }).getByRole('listitem').allTextContents()).length >= 5)
  await tryFunction(page, 'Heat map')
  t.ok(await page.getByRole('img', { name: 'Heat map' }).evaluate(image => (image as HTMLImageElement).naturalWidth) === 640)

  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByLabel('Name').fill('Photo archive')
  await page.getByRole('button', { name: 'Create key' }).click()
  const panel = page.getByRole('region', { name: 'The key “Photo archive”' })
  const key = await panel.locator('.secret-line code').innerText()
  const line = await panel.getByLabel('curl line').innerText()
  const getToken = async (): Promise<{ code: string, content: { token: { access_token: string } } }> => {
    if (hasCurl) return JSON.parse((await promisify(execFile)('sh', ['-c', `${line} -s`], { env: { ...process.env, PASSWORD: password } })).stdout)
    return await (await fetch(`${baseUrl}/compute/v1/image/getToken`, { method: 'POST', headers: { Apikey: key }, body: new URLSearchParams({ login, password }) })).json() as Awaited<ReturnType<typeof getToken>>
  }
  const first = await getToken()
  t.match(first, { code: '0', content: { token: { access_token: /^cpt_/ } } }, hasCurl ? 'with the line that the page shows' : 'there is no curl here: the same by fetch')
  const seconds = (performance.now() - startedMs) / 1000
  t.ok(seconds < 60, `it took ${seconds.toFixed(1)} s`)

  const use = async (): Promise<unknown> => await (await fetch(`${baseUrl}/compute/v1/models`, { headers: { token: first.content.token.access_token } })).json()
  t.match(await use(), { code: '0' })
  await page.getByRole('button', { name: 'Revoke Photo archive' }).click()
  const question = page.getByRole('dialog', { name: 'Revoke “Photo archive”?' })
  t.match(await question.innerText(), /get no token any more[^]*cannot be undone/)
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'hidden' })
  t.match(await getToken(), { code: '0' }, 'Escape leaves the key as it was')
  await page.getByRole('button', { name: 'Revoke Photo archive' }).click()
  await question.getByRole('button', { name: 'Revoke the key' }).click()
  await page.getByText('The key “Photo archive” is revoked.').waitFor()
  t.match(await getToken(), { code: '-4010' })
  t.match(await use(), { code: '-4012' })

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  t.same(complaints, [], 'no error on the browser\'s console')
  t.same(strangers, [], 'no request to another host')
})
