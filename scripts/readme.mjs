// Writes into README what can be read off the program (settings, commands, answers to the curl lines, a summary of the
// figures) and into docs/figures.md all figures. With --check it changes nothing and fails where one of them is out of date;
// --only NAME,… writes some blocks.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeSettings } from '../dist/config.js'
import { FIGURES, summary, table } from './figures.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'dist/compute-api.cjs')

// What README shows, word for word.
const CURL_LINES = [
  ['getToken', ['curl -s -X POST "$HOST/compute/v1/image/getToken"', '-H "Apikey: $API_KEY"', '-d "login=$LOGIN" -d "password=$PASSWORD"']],
  ['heatMap', ['curl -s -X POST "$HOST/compute/v1/image/heatMap"', '-H "userName: $LOGIN" -H "token: $TOKEN"', '-F "image=@test/fixtures/monal.jpg"']],
  ['objectsDetection', ['curl -s -X POST "$HOST/compute/v1/image/objectsDetection"', '-H "userName: $LOGIN" -H "token: $TOKEN"', '-F "image=@test/fixtures/monal.jpg"']],
  ['colorPalette', ['curl -s -X POST "$HOST/compute/v1/image/colorPalette"', '-H "userName: $LOGIN" -H "token: $TOKEN"', '-F "image=@test/fixtures/monal.jpg"']]
]

const DOCUMENTS = {
  'README.md': { settings, commands, answers, summary },
  'docs/figures.md': FIGURES
}

const { only, check } = parseArgs({ options: { only: { type: 'string' }, check: { type: 'boolean' } } }).values
for (const [name, blocks] of Object.entries(DOCUMENTS)) await write(name, blocks)

async function write (document, blocks) {
  const path = join(root, document)
  const before = readFileSync(path, 'utf8')
  let after = before
  for (const [name, content] of Object.entries(blocks)) {
    if (only === undefined || only.split(',').includes(name)) after = fill(document, after, name, await content())
  }
  if (after === before) {
    console.log(`${document} is up to date.`)
  } else if (check) {
    const line = after.split('\n').findIndex((text, index) => text !== before.split('\n')[index])
    console.error(`${document} is out of date from line ${line + 1} on: run \`npm run readme\`.`)
    process.exitCode = 1
  } else {
    writeFileSync(path, after)
    console.log(`${document} is written.`)
  }
}

function fill (document, text, name, content) {
  const begin = `<!-- ${name} -->`
  const end = `<!-- /${name} -->`
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${document} has no place for ${name}`)
  return `${text.slice(0, from + begin.length)}\n${content.trim()}\n${text.slice(to)}`
}

function settings () {
  return table(['variable', 'default', 'meaning'], describeSettings().map(row => [row.name, row.default, row.about]))
}

function commands () {
  const help = (...args) => execFileSync(process.execPath, [main, ...args, '--help'], { encoding: 'utf8' }).trim()
  return ['```', help(), ...['account', 'key', 'token', 'models'].map(group => `\n${help(group).replace(/\n\n(Global )?Options:[^]*?(?=\n\nCommands:)/, '').replace(/\n\nGlobal Options:[^]*$/, '')}`), '```'].join('\n')
}

// The curl lines of README are run as they stand there, against a server with an empty data folder.
async function answers () {
  const dataDir = mkdtempSync(join(tmpdir(), 'compute-readme-'))
  const port = await freePort()
  const server = spawn(process.execPath, [main, 'serve'], {
    env: { PATH: process.env.PATH, COMPUTE_DATA_DIR: dataDir, COMPUTE_PORT: String(port), COMPUTE_HOST: '127.0.0.1', COMPUTE_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  try {
    const told = await firstStart(server.stdout)
    await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok)
    const parts = []
    for (const [title, lines] of CURL_LINES) {
      const command = lines.join(' \\\n  ')
      const env = { ...process.env, HOST: `http://127.0.0.1:${port}`, ...told }
      const answer = execFileSync('sh', ['-c', command], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
      if (title === 'getToken') told.TOKEN = JSON.parse(answer).content.token.access_token
      parts.push(`\`${title}\`:\n\n\`\`\`sh\n${command.replace('"$HOST', '"http://localhost:8080')}\n\`\`\`\n\n\`\`\`json\n${mask(answer)}\n\`\`\``)
    }
    return parts.join('\n\n')
  } finally {
    server.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function firstStart (stdout) {
  let text = ''
  for await (const chunk of stdout) {
    text += chunk
    if (text.includes('colorPalette')) break
  }
  const value = name => new RegExp(`^ +${name} +(\\S+)$`, 'm').exec(text)?.[1]
  return { LOGIN: value('login'), PASSWORD: value('password'), API_KEY: value('API key') }
}

// What differs from one run to the next, or in its last digits from one processor to another.
function mask (json) {
  return json.trim()
    .replace(/\d\.\d{5,}/g, number => `${Number(number).toFixed(2)}…`)
    .replace(/("heatmap":"[\w+/]{31})[^"]+/, '$1…')
    .replace(/cpt_[\w-]+/, 'cpt_9dS…')
    .replace(/("(?:userId|organizationId)":")[0-9a-f]{32}/g, (_, key) => `${key}5d0e…`)
    .replace(/(".issued":")[^"]+/, '$1Wed, 25 Nov 2026 20:00:00 GMT')
    .replace(/(".expires":")[^"]+/, '$1Wed, 09 Dec 2026 20:00:00 GMT')
}

function freePort () {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

async function until (holds) {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds().catch(() => false)) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('the server did not become ready')
}
