// No secret leaves the server but in the answer that hands it out: whatever is asked, however wrongly.
import t from 'tap'
import { startServer } from './real-server.js'

t.test('keys, passwords and tokens appear in no log line, no error, no metric and no document', async t => {
  const { baseUrl, credentials: { login, password, apiKey, accessToken }, log } = await startServer(t)
  const root = `${baseUrl}/compute/v1/image`
  const wrongPassword = 'wrong-Horse-battery-9'
  const wrongToken = `${accessToken.slice(0, -6)}AAAAAA`
  const said: string[] = []
  const ask = async (url: string, init: RequestInit = {}): Promise<void> => {
    const answer = await fetch(url, { redirect: 'manual', ...init })
    said.push(await answer.text(), JSON.stringify([...answer.headers]))
  }
  const secretHeaders = [
    { userName: login, token: accessToken },
    { userName: 'nobody', token: accessToken },
    { userName: login, token: wrongToken },
    { authorization: `Bearer ${accessToken}` },
    { authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}` },
    { apikey: apiKey, cookie: `session=${accessToken}` }
  ]
  for (const headers of secretHeaders) {
    await ask(`${root}/colorPalette?token=${accessToken}&password=${password}&image=x`, { headers })
    await ask(`${root}/colorPalette`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: `{"image": "${password}", "token": "${accessToken}"` })
    await ask(`${root}/colorPalette`, { method: 'POST', headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' }, body: `--b\r\ncontent-disposition: form-data; name="${password}"\r\n\r\n${accessToken}` })
    await ask(`${root}/colorPalette`, { method: 'POST', headers: { ...headers, 'content-type': `text/${password}` }, body: apiKey })
    await ask(`${root}/colorPalette?image=${encodeURIComponent(`http://${login}:${password}@127.0.0.1:1/${accessToken}`)}`, { headers })
    await ask(`${baseUrl}/nowhere?${accessToken}=${password}`, { headers })
    await ask(`${root}/models`, { headers })
  }
  for (const body of [{ login, password: wrongPassword }, { login: password, password: login }, { login: [password], password: { [password]: 1 } }]) {
    await ask(`${root}/getToken`, { method: 'POST', headers: { Apikey: apiKey, 'content-type': 'application/json' }, body: JSON.stringify(body) })
    await ask(`${root}/getToken?login=${login}&password=${password}`, { headers: { Apikey: `${apiKey}x` } })
  }
  for (const path of ['/metrics', '/docs/json', '/livez', '/readyz', '/console/']) await ask(`${baseUrl}${path}`)

  // One that succeeds, so that what it hands out is looked for too.
  const issued = await (await fetch(`${root}/getToken`, { method: 'POST', headers: { Apikey: apiKey }, body: new URLSearchParams({ login, password }) })).json() as { content: { token: { access_token: string } } }
  await ask(`${baseUrl}/metrics`)
  t.ok(log.length > 40 && said.length > 80)
  const places = { log: JSON.stringify(log), answers: said.join('\n') }
  for (const [name, secret] of Object.entries({ password, apiKey, accessToken, wrongPassword, wrongToken, issued: issued.content.token.access_token })) {
    for (const [place, text] of Object.entries(places)) t.notOk(text.includes(secret), `${name} is not in the ${place}`)
  }
})
