// `compute-api health`: asks the server of this machine whether it is ready. Used by the container's health check, so
// it loads nothing but node's own modules.
import { get } from 'node:http'

const TIMEOUT_MS = 3_000

/** Answer of a server to the health question. */
export interface HealthReport {
  readonly ok: boolean
  readonly url: string
  readonly detail: string
}

/** Asks /readyz at the port that the environment (or 8080) gives. Never throws. */
export async function health (env: NodeJS.ProcessEnv): Promise<HealthReport> {
  const candidate = [env.COMPUTE_PORT, env.PORT].find(text => text !== undefined && /^\d+$/.test(text))
  const host = env.COMPUTE_HOST || env.HOST || '0.0.0.0'
  // A server on the wildcard address answers on loopback too.
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${candidate ?? '8080'}/readyz`
  return await new Promise(resolve => {
    const request = get(url, { timeout: TIMEOUT_MS }, response => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => { body += chunk }).on('end', () => {
        resolve({ ok: response.statusCode === 200, url, detail: `HTTP ${response.statusCode} ${body}` })
      })
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    request.on('error', error => resolve({ ok: false, url, detail: error.message || 'no answer' }))
  })
}
