// The whole application on a real socket, with an empty data folder, for contract tests.
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { FirstCredentials } from '../../src/accounts/first-start.js'
import { type App, buildApp } from '../../src/app.js'
import { loadConfig } from '../../src/config.js'

export interface RealServer {
  readonly app: App
  readonly baseUrl: string
  readonly credentials: { readonly [K in keyof FirstCredentials]: string }
  readonly log: ReadonlyArray<Record<string, unknown>>
}

/** Starts the application as `serve` would and ends it with the test. */
export async function startServer (t: Test, env: NodeJS.ProcessEnv = {}): Promise<RealServer> {
  const log: Array<Record<string, unknown>> = []
  let told: FirstCredentials | undefined
  const logger = pino({ level: 'trace' }, { write: (line: string) => { log.push(JSON.parse(line)) } })
  const config = loadConfig({ COMPUTE_DATA_DIR: `${t.testdir()}/data`, COMPUTE_FETCH_ALLOW: '127.0.0.1', ...env })
  const app = await buildApp(config, logger, credentials => { told = credentials })
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => app.close())
  const { login = '', password = '', apiKey = '', accessToken = '' } = told ?? {}
  return { app, baseUrl: app.http.listeningOrigin, credentials: { login, password, apiKey, accessToken }, log }
}

/** Serves fixed bodies by path on the loopback address, until the test ends. */
export async function serveFiles (t: Test, files: Readonly<Record<string, Buffer>>): Promise<string> {
  const server: Server = createServer((request, response) => {
    const body = files[request.url ?? '']
    response.statusCode = body === undefined ? 404 : 200
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
