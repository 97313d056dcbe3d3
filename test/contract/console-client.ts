// A client of the administration API: by a token, or as the console's page by its session.
import type { RealServer } from './real-server.js'

export interface Asked {
  readonly status: number
  readonly headers: Headers
  readonly body: { readonly content: Record<string, unknown>, readonly code: string, readonly message: string }
}

export type Ask = (path: string, options?: { readonly method?: string, readonly fields?: Readonly<Record<string, string>>, readonly headers?: Readonly<Record<string, string>> }) => Promise<Asked>

/** Asks with the same headers each time. */
export function asking ({ baseUrl }: Pick<RealServer, 'baseUrl'>, shared: Readonly<Record<string, string>>): Ask {
  return async (path, { method = 'GET', fields, headers } = {}) => {
    const answer = await fetch(`${baseUrl}${path}`, { method, headers: { ...shared, ...headers }, ...(fields === undefined ? {} : { body: new URLSearchParams(fields) }) })
    return { status: answer.status, headers: answer.headers, body: await answer.json() as Asked['body'] }
  }
}

export const PAGE = { 'x-compute-console': '1' }

/** Signs in as the page does. */
export async function signIn (server: Pick<RealServer, 'baseUrl'>, login: string, password: string): Promise<{ readonly ask: Ask, readonly cookie: string, readonly setCookie: string }> {
  const { headers, body } = await asking(server, PAGE)('/console/session', { method: 'POST', fields: { login, password } })
  if (body.code !== '0') throw new Error(body.message)
  const setCookie = headers.get('set-cookie') ?? ''
  const cookie = setCookie.split(';', 1)[0] ?? ''
  return { ask: asking(server, { ...PAGE, cookie }), cookie, setCookie }
}
