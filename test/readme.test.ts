import t from 'tap'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describeSettings } from '../src/config.js'
import { codesOfStatus } from '../src/http/error-handler.js'
import { ROOT } from './places.js'

const root = pathToFileURL(ROOT)
const readme = readFileSync(new URL('README.md', root), 'utf8')

t.test('README lists every setting with its default and meaning, and no other', async t => {
  const section = readme.slice(readme.indexOf('<!-- settings -->'), readme.indexOf('<!-- /settings -->'))
  const rows = describeSettings()
  for (const row of rows) t.ok(section.includes(`| ${row.name} | ${row.default} | ${row.about} |`), row.name)
  t.equal(section.match(/^\| `/gm)?.length, rows.length)
})

t.test('README lists every code of the error table with its status', async t => {
  for (const status of [400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503, 504]) {
    const rows = readme.split('\n').filter(line => /^\| \d/.test(line) && line.split('|')[1]?.includes(String(status)))
    t.ok(rows.length > 0, `a row for ${status}`)
    for (const code of codesOfStatus(status)) t.ok(rows.some(row => row.includes(code)), `${status} ${code}`)
  }
})

t.test('README, CONTRIBUTING and the figures name files that exist', async t => {
  for (const name of ['README.md', 'CONTRIBUTING.md', 'docs/figures.md']) {
    const text = readFileSync(new URL(name, root), 'utf8')
    for (const [, path = ''] of text.matchAll(/`((?:src|test|bench|docker|scripts|models|\.ci)\/[\w./-]*\w)`/g)) {
      t.ok(existsSync(fileURLToPath(new URL(path, root))), `${name}: ${path}`)
    }
  }
})
