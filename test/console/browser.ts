// A real Chromium, the one that the system has: none is downloaded. Every page is watched: what it says on its console,
// and whom it asks.
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'

const PLACES = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser's program; undefined where there is none. */
export const CHROMIUM = PLACES.find(place => place !== '' && existsSync(place))

/** To be given to tests that need it. */
export const needsBrowser = {
  skip: CHROMIUM === undefined && 'there is no Chromium here: apt-get install chromium brings it, or CHROMIUM names one'
}

// In a container there are no user namespaces for its sandbox; the pages are ours. It must ask nobody by itself.
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']

/** On a machine with other things to do. */
const PATIENCE_MS = 60_000

/** Starts the browser and ends it with the test. */
export async function startBrowser (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGS })
  t.teardown(() => browser.close())
  return browser
}

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** What a visitor with the console open would see in red. */
  readonly complaints: string[]
  /** Addresses of other hosts that were asked. */
  readonly strangers: string[]
}

/** Opens the console in a window of its own. */
export async function visit (browser: Browser, baseUrl: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  const strangers: string[] = []
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()) })
  page.on('pageerror', error => { complaints.push(error.message) })
  context.on('request', request => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${baseUrl}/`)) strangers.push(request.url()) })
  await page.goto(`${baseUrl}/console/`)
  return { page, context, complaints, strangers }
}

/** Fills in the form and waits for the first view. */
export async function signIn (page: Page, login: string, password: string): Promise<void> {
  await page.getByLabel('Login').fill(login)
  await page.getByLabel('Password').fill(password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Try', level: 1 }).waitFor()
}

/** Chooses a function by its title, and a sample if it is not there yet; resolves when the answer is drawn. */
export async function tryFunction (page: Page, title: string, sample?: string): Promise<void> {
  await page.getByRole('link', { name: title, exact: true }).click()
  if (sample !== undefined) await page.getByRole('button', { name: sample }).click()
  await page.getByRole('region', { name: 'Answer' }).and(page.locator('[aria-busy=false]')).getByText('Answered in').waitFor()
}
