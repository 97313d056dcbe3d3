// What each view draws, who sees it, and whether everybody can use it.
import t, { type Test } from 'tap'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { readFixture } from '../fixtures/index.js'
import { builtModels } from '../fixtures/built-models.js'
import { serveFiles, startServer } from '../contract/real-server.js'
import { CHROMIUM, needsBrowser, signIn, startBrowser, tryFunction, visit, type Visit } from './browser.js'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const PASSWORD = 'orchid-lantern-77'

t.setTimeout(300_000)

/** Serious findings of axe on what is shown now. */
async function assertAccessible (t: Test, page: Page, what: string): Promise<void> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run (context: Document, options: object): Promise<{ violations: ReadonlyArray<{ id: string, impact: string, nodes: ReadonlyArray<{ html: string, failureSummary: string }> }> }> } }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => ({ id, where: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }))
  })
  t.same(found, [], `${what} is accessible`)
}

/** Nothing makes the page wider than the window. */
async function assertFits (t: Test, page: Page, what: string): Promise<void> {
  const [inner = 0, wanted = 1] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth])
  t.ok(wanted <= inner, `${what} fits into ${inner} pixels (${wanted})`)
}

if (CHROMIUM === undefined) {
  t.test('the views', needsBrowser, async () => {})
} else {
  await lookAtViews()
}

async function lookAtViews (): Promise<void> {
  builtModels()
  const server = await startServer(t)
  const { app, baseUrl, credentials: { login, password, apiKey } } = server
  const browser = await startBrowser(t)
  const visits: Visit[] = []
  const enter = async (login: string, password: string, options: Parameters<typeof visit>[2] = {}): Promise<Visit> => {
    const opened = await visit(browser, baseUrl, options)
    visits.push(opened)
    await signIn(opened.page, login, password)
    return opened
  }

  t.test('every function is tried and drawn', async t => {
    const { page } = await enter(login, password)
    t.match(await page.getByRole('region', { name: 'Answer' }).innerText(), /appears here as soon as there is a picture/)

    await tryFunction(page, 'Text', 'A printed label')
    t.match(await page.locator('.text pre').innerText(), /^MADE IN FRANCE\n/)
    t.match(await page.locator('.word text').allTextContents(), ['MADE', 'IN', 'FRANCE'])
    await page.getByLabel('Show what was read').uncheck()
    t.ok(await page.locator('polygon.quad').count() >= 12, 'without the words their quadrilaterals are left')

    await tryFunction(page, 'Colours')
    const [hex] = await page.locator('.swatches code').allTextContents()
    t.match(hex, /^#[0-9a-f]{6}$/)
    await page.getByRole('button', { name: `Copy ${hex}` }).click()
    await page.getByRole('button', { name: `Copied ${hex}` }).waitFor()

    await tryFunction(page, 'Labels', 'A bird')
    t.match(await page.getByRole('list', { name: 'Labels' }).getByRole('listitem').allInnerTexts(), [/Animal\s+\d+ %/])

    await tryFunction(page, 'Heat map')
    await page.getByLabel('Strength of the map').fill('30')
    t.equal(await page.getByRole('img', { name: 'Heat map' }).evaluate(image => getComputedStyle(image).opacity), '0.3')

    await tryFunction(page, 'Distance', 'A scan and the whole proof')
    t.equal((await page.locator('.verdict').innerText()).trim(), 'They match')
    const corners = (await page.locator('.pair figure').nth(1).locator('polygon').last().getAttribute('points') ?? '').split(' ').map(pair => pair.split(',').map(Number))
    t.equal(corners.length, 4)
    for (const [x = NaN, y = NaN] of corners) t.ok(x > -10 && x < 330 && y > -10 && y < 250, `the frame's corner ${x}, ${y} lies on the query`)
    await page.getByRole('button', { name: 'Two that do not match' }).click()
    await page.getByText('They do not match').waitFor()

    await tryFunction(page, 'Differences', 'A proof and its misprint')
    await page.getByText('3 differences').waitFor()
    t.equal(await page.locator('.pair .area').count(), 6, 'three outlines in each picture')
    await page.getByRole('list', { name: 'Areas' }).getByRole('button').first().hover()
    t.equal(await page.locator('.pair .area.chosen').count(), 2, 'the list points at both')
    await page.getByLabel('Swipe').check()
    await page.getByLabel('Query, left of the line').fill('25')
    t.match(await page.locator('.stage img.over').evaluate(image => getComputedStyle(image).clipPath), /75%/)
    await page.getByLabel('Flicker').check()
    t.equal(await page.locator('.which').innerText(), 'Reference')
    t.ok(await page.getByRole('button', { name: 'Start' }).isVisible(), 'nothing moves by itself where motion is unwelcome')
    await page.getByRole('button', { name: 'Change' }).click()
    t.equal(await page.locator('.which').innerText(), 'Query')

    await page.getByText('As JSON').click()
    t.match(await page.getByLabel('JSON', { exact: true }).innerText(), /"imagesDifferences": \{ "nbAreas": 4 \}/)
    await page.getByText('The same with curl').click()
    t.match(await page.getByLabel('curl line').innerText(), /curl -X POST 'http:\/\/127\.0\.0\.1:\d+\/compute\/v1\/image\/imagesDifferences' \\\n {2}-H 'userName: admin' -H "token: \$TOKEN" \\\n {2}-F 'image1=@proof\.png' \\\n {2}-F 'image2=@proof-printed\.png' \\\n {2}-F 'new_format=true'/)

    await page.getByRole('navigation', { name: 'Functions' }).getByRole('link', { name: 'Token' }).click()
    await page.getByLabel('API key').fill(apiKey)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Get a token' }).click()
    t.match(await page.locator('.secret-line code').innerText(), /^cpt_/)
  })

  t.test('pictures come as files, by paste, by drop and from a URL; long work can be cancelled', async t => {
    const { page, complaints } = await enter(login, password)
    await page.goto(`${baseUrl}/console/#/try/colorPalette`)
    await page.getByLabel('Choose a file').setInputFiles({ name: 'turned.heic', mimeType: 'image/heic', buffer: readFixture('quarters-turned.heic') })
    await page.getByText('32 × 48').waitFor()
    await page.getByText('Answered in').waitFor()
    t.equal(await page.locator('.stage img').evaluate(image => (image as HTMLImageElement).naturalHeight), 48, 'what the browser cannot open the server shows upright')

    for (const way of ['paste', 'drop'] as const) {
      await page.evaluate(({ way, base64 }) => {
        const data = new DataTransfer()
        data.items.add(new File([Uint8Array.from(atob(base64), character => character.charCodeAt(0))], `${way}.png`, { type: 'image/png' }))
        if (way === 'paste') dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }))
        else document.querySelector('.slot')?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
      }, { way, base64: readFixture('quarters.png').toString('base64') })
      await page.getByText(`${way}.png`, { exact: true }).waitFor()
    }

    const elsewhere = await serveFiles(t, { '/label.png': readFixture('label.png') })
    await page.getByPlaceholder('https://…').fill(`${elsewhere}/label.png`)
    await page.getByRole('button', { name: 'Use URL' }).click()
    await page.getByText('560 × 340').waitFor()
    await page.getByText('Answered in').waitFor()
    t.same(complaints.splice(0), [])
    await page.getByPlaceholder('https://…').fill(`${elsewhere}/nothing.png`)
    await page.getByRole('button', { name: 'Use URL' }).click()
    t.match(await page.getByRole('alert').innerText(), /404/)
    await page.getByLabel('Choose a file').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not a picture') })
    await page.getByRole('alert').getByText(/not an image|no image|picture|format/i).waitFor()
    t.match(complaints.splice(0), [/422/, /415/])

    await page.route('**/colorPalette', async route => { await new Promise(resolve => setTimeout(resolve, 3000)); await route.continue().catch(() => {}) })
    await page.getByRole('button', { name: 'A bird' }).click()
    await page.getByRole('progressbar').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancelled.').waitFor()
    await page.unroute('**/colorPalette')
    await page.getByRole('button', { name: 'Run it after all' }).click()
    await page.getByText('Answered in').waitFor()
  })

  t.test('who is no Administrator sees Try and Status, and is out within a second of being disabled', async t => {
    const admin = await enter(login, password)
    await admin.page.getByRole('link', { name: 'Users' }).click()
    await admin.page.getByRole('textbox', { name: 'Login' }).fill('plain')
    await admin.page.getByRole('button', { name: 'Create user' }).click()
    const made = await admin.page.locator('.secret-line code').innerText()
    await admin.page.getByRole('button', { name: 'I have kept it' }).click()

    const plain = await enter('plain', made)
    t.same(await plain.page.getByRole('navigation', { name: 'Views' }).getByRole('link').allInnerTexts(), ['Try', 'Status'])
    await plain.page.goto(`${baseUrl}/console/#/keys`)
    await plain.page.getByText('There is no such view, or it is for Administrators.').waitFor()
    await plain.page.getByRole('link', { name: 'Status' }).click()
    await plain.page.getByRole('cell', { name: 'gaze-readout' }).first().waitFor()

    await admin.page.getByRole('button', { name: 'Disable plain' }).click()
    await admin.page.getByRole('button', { name: 'Disable the user' }).click()
    await admin.page.getByText('plain is disabled.').waitFor()
    await plain.page.getByRole('link', { name: 'Try' }).click()
    await plain.page.getByRole('button', { name: 'A bird' }).click()
    await plain.page.getByRole('alert').getByText('This account is disabled').waitFor()
    await plain.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    t.match(plain.complaints.splice(0), [/403/])
  })

  t.test('usage is drawn by day and told by key and function', async t => {
    const { page } = await enter(login, password)
    await page.getByRole('link', { name: 'Usage' }).click()
    await page.getByRole('row', { name: /The console colorPalette/ }).waitFor()
    t.ok(await page.locator('.chart rect.calls').count() >= 30)
    t.match(await page.getByRole('img', { name: /Calls by day/ }).getAttribute('aria-label'), /\d+ calls/)
  })

  t.test('everybody can use it: screen readers, both colour schemes, small windows, the keyboard', async t => {
    await app.accounts.createUser({ login: 'second', password: PASSWORD, roles: ['Administrator'], organization: 'Main organization' })
    // Each view in one scheme, and those with the most colours in both: axe takes a second for each.
    const rounds = [
      { colorScheme: 'light', width: 1280, functions: [['Objects', 'A bird']], views: ['Keys', 'Status'] },
      { colorScheme: 'dark', width: 360, functions: [['Colours', 'A printed label'], ['Differences', 'A proof and its misprint']], views: ['Keys', 'Users', 'Usage', 'Status'] }
    ] as const
    for (const { colorScheme, width, functions, views } of rounds) {
      const opened = await visit(browser, baseUrl, { colorScheme, viewport: { width, height: 740 } })
      visits.push(opened)
      const { page } = opened
      await page.getByLabel('Login').waitFor()
      await assertAccessible(t, page, `signing in (${colorScheme})`)
      await assertFits(t, page, 'signing in')
      await signIn(page, 'second', PASSWORD)
      for (const [title, sample] of functions) {
        await tryFunction(page, title, sample)
        await assertFits(t, page, title)
      }
      await assertAccessible(t, page, `the last answer (${colorScheme})`)
      for (const title of views) {
        await page.getByRole('link', { name: title, exact: true }).click()
        await page.getByRole('table').waitFor()
        t.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1', `${title} takes the focus to its heading`)
        await assertFits(t, page, title)
        if (title !== 'Status' || colorScheme === 'light') await assertAccessible(t, page, `${title} (${colorScheme})`)
      }
    }
    const { page } = visits.at(-1) as Visit
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.getByLabel('Name').focus()
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The key “By keyboard”' }).waitFor()
    t.equal(await page.evaluate(() => document.activeElement?.textContent), 'The key “By keyboard”')
    await page.keyboard.press('Tab')
    t.match(await page.evaluate(() => [document.activeElement?.textContent, getComputedStyle(document.activeElement as Element).outlineStyle]), ['Copy the key', 'solid'], 'with a visible focus')
    await assertFits(t, page, 'a new key')
    await page.getByRole('button', { name: 'Revoke By keyboard' }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await assertAccessible(t, page, 'a question')
    t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Cancel', 'what does no harm has the focus')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Revoke By keyboard', 'and then where one was')
  })

  t.test('in all this no page complained and none asked another host', async t => {
    t.ok(visits.length >= 6)
    t.same(visits.flatMap(({ complaints }) => complaints), [])
    t.same(visits.flatMap(({ strangers }) => strangers), [])
  })
}
