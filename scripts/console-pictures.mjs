// README's pictures of the console, from the running service in the system's Chromium: node scripts/console-pictures.mjs
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { startService, temporaryFolder } from '../bench/eval/service.mjs'

const PICTURES = new URL('../docs/pictures/', import.meta.url)
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
// Who startService declares.
const DECLARED = ['eval', 'a password for a minute']
const KEYS = [['Photo archive', '365d'], ['Print shop', ''], ['Trial', '30d']]

if (!existsSync(CHROMIUM)) {
  console.log('skipped: there is no Chromium here; apt-get install chromium brings it, or CHROMIUM names one')
  process.exit(0)
}
const folder = temporaryFolder()
const service = await startService({ dataDir: `${folder.path}/data`, env: { COMPUTE_MODELS: 'embedded' } })
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'] })
try {
  const account = await makeAdministrator(await enter('light', ...DECLARED), 'admin')

  const light = await enter('light', ...account)
  await light.getByRole('button', { name: 'A bird' }).click()
  await light.getByText('Answered in').waitFor()
  await draw(light, 'console-try.png')

  const dark = await enter('dark', ...account)
  await dark.getByRole('link', { name: 'Keys' }).click()
  for (const [name, expires] of KEYS) {
    await dark.getByLabel('Name').fill(name)
    await dark.getByLabel('Expires').selectOption(expires)
    await dark.getByRole('button', { name: 'Create key' }).click()
    await dark.getByRole('button', { name: 'I have kept it' }).click()
  }
  await dark.getByRole('button', { name: 'Revoke Trial' }).click()
  await dark.getByRole('button', { name: 'Revoke the key' }).click()
  await dark.getByText('is revoked').waitFor()
  await draw(dark, 'console-keys.png')
} finally {
  await browser.close()
  await service.stop()
  folder.remove()
}

async function makeAdministrator (page, login) {
  await page.getByRole('link', { name: 'Users' }).click()
  await page.getByRole('textbox', { name: 'Login' }).fill(login)
  await page.getByLabel('Role').selectOption('Administrator')
  await page.getByRole('button', { name: 'Create user' }).click()
  return [login, await page.locator('.secret-line code').innerText()]
}

async function enter (colorScheme, login, password) {
  const page = await (await browser.newContext({ viewport: { width: 1080, height: 720 }, colorScheme, locale: 'en-GB' })).newPage()
  await page.goto(`${service.origin}/console/`)
  await page.getByLabel('Login').fill(login)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Try', level: 1 }).waitFor()
  return page
}

async function draw (page, name) {
  await page.mouse.move(0, 0)
  await sharp(await page.screenshot()).png({ palette: true, quality: 80, effort: 10 }).toFile(fileURLToPath(new URL(name, PICTURES)))
  console.log(`docs/pictures/${name}`)
}
