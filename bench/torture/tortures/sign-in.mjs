import { join } from 'node:path'
import { createAccounts } from '../../../dist/accounts/accounts.js'
import { openSqliteStore } from '../../../dist/accounts/sqlite-account-store.js'
import { startService, temporaryFolder } from '../../eval/service.mjs'

export const about = 'guessing at credentials, and whether the time of a refusal tells what was wrong'

const ATTEMPTS = 400
const GUESSES = 200
const PASSWORD = 'tulip-bicycle-42'
// Of the normal distribution, both sides: one comparison in a thousand goes beyond it by chance.
const SIGNIFICANT_Z = 3.29

export async function run ({ scale, note }) {
  return { rows: [await timesAlike(Math.round(ATTEMPTS * scale), note), await guesserStopped(Math.round(GUESSES * scale))] }
}

// The accounts themselves, with the usual price of a password and without limits: over HTTP chance would hide more.
async function timesAlike (attempts, note) {
  const folder = temporaryFolder()
  const store = await openSqliteStore(join(folder.path, 'data'))
  const accounts = createAccounts({ store, tokenTtlS: 60, limits: { perAddress: 1e9, perLogin: 1e9, windowMs: 60_000 } })
  await accounts.createUser({ login: 'alice', password: PASSWORD, newOrganization: 'Acme' })
  const { text } = await accounts.createApiKey({ name: 'first' })
  const right = { apiKey: text, login: 'alice', password: PASSWORD, address: '192.0.2.1' }
  const otherSecret = `${text.slice(0, -4)}${text.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
  const wrong = {
    'unknown login': { ...right, login: 'nobody' },
    'wrong password': { ...right, password: 'tulip-bicycle-43' },
    'unknown key': { ...right, apiKey: 'no-such-key-at-all-but-as-long' },
    'wrong secret of a known key': { ...right, apiKey: otherSecret },
    'all wrong': { apiKey: 'no-such-key', login: 'nobody', password: 'x', address: right.address }
  }
  const times = Object.fromEntries(Object.keys(wrong).map(name => [name, []]))
  for (let n = -10; n < attempts; n++) {
    for (const [name, request] of Object.entries(wrong)) {
      const startedMs = performance.now()
      await accounts.issueToken(request).then(() => { throw new Error(`${name} was let in`) }, error => { if (error.kind !== 'bad_credentials') throw error })
      if (n >= 0) times[name].push(performance.now() - startedMs)
    }
  }
  await store.close()
  folder.remove()
  const medians = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, Number(list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)].toFixed(2))]))
  note(JSON.stringify(medians))
  const names = Object.keys(times)
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map(b => ({ pair: `${a} / ${b}`, z: rankSumZ(times[a], times[b]) })))
  const worst = pairs.toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z))[0]
  return {
    asked: `a refusal takes as long whatever is wrong: no two of ${names.length} kinds can be told apart by ${attempts} attempts each (rank sum test, p < .001)`,
    measured: `medians ${Object.values(medians).join(', ')} ms; most apart: ${worst.pair}, z ${worst.z.toFixed(2)}`,
    holds: Math.abs(worst.z) < SIGNIFICANT_Z
  }
}

async function guesserStopped (guesses) {
  const folder = temporaryFolder()
  const service = await startService({ dataDir: folder.path, env: { COMPUTE_LOG_LEVEL: 'fatal' } })
  const counts = {}
  const startedCpuS = await service.cpuSeconds()
  for (let n = 0; n < guesses; n++) {
    const { status } = await fetch(`${service.origin}/compute/v1/image/getToken`, {
      method: 'POST', headers: { Apikey: 'an-api-key-for-a-minute-only' }, body: new URLSearchParams({ login: service.headers.userName, password: `guess-${n}` })
    })
    counts[status] = (counts[status] ?? 0) + 1
  }
  const spentS = await service.cpuSeconds() - startedCpuS
  await service.stop()
  folder.remove()
  return {
    asked: 'a guesser has ten guesses at a login in a quarter of an hour',
    measured: `of ${guesses}: ${Object.entries(counts).map(([status, count]) => `${count} x ${status}`).join(', ')}; ${spentS.toFixed(1)} CPU s`,
    holds: counts[401] <= 10 && counts[429] === guesses - counts[401]
  }
}

/** Wilcoxon's rank sum test (Mann-Whitney), normal approximation. */
function rankSumZ (a, b) {
  const all = [...a.map(value => ({ value, first: true })), ...b.map(value => ({ value, first: false }))].sort((x, y) => x.value - y.value)
  const sum = all.reduce((total, { first }, index) => first ? total + index + 1 : total, 0)
  const u = sum - a.length * (a.length + 1) / 2
  return (u - a.length * b.length / 2) / Math.sqrt(a.length * b.length * (a.length + b.length + 1) / 12)
}
