// The cookie of the console's session, and the proof that the console's own page sends it.
import { parseCookie, stringifySetCookie } from 'cookie'
import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../errors.js'

/** The cookie's name. */
export const SESSION_COOKIE = 'compute_session'

/** The header that the page sends along. Another origin's page cannot, unless CORS lets it, and that lets no cookies. */
export const PAGE_HEADER = 'x-compute-console'

/** What the cookie holds; undefined where there is none. */
export function readSessionCookie (cookies: string | undefined): string | undefined {
  return cookies === undefined ? undefined : parseCookie(cookies)[SESSION_COOKIE]
}

/**
 * The Set-Cookie header of a session: out of reach for scripts, sent by no other site, and over TLS alone where the
 * session began over TLS.
 */
export function sessionCookie (secret: string, expiresAt: Date, secure: boolean): string {
  return stringifySetCookie({ name: SESSION_COOKIE, value: secret, path: '/', httpOnly: true, sameSite: 'strict', secure, expires: expiresAt })
}

/** The Set-Cookie header that makes the browser forget the session. */
export function endedSessionCookie (secure: boolean): string {
  return sessionCookie('', new Date(0), secure)
}

/**
 * Makes sure that a request comes from the console's own page. SameSite does not see ports: a page of another server on
 * the same host would send the cookie along. The browser's word on where the request comes from counts where it is
 * given; on plain HTTP it is not, and the page's header decides.
 * @throws Failure forbidden
 */
export function requireOwnPage (headers: IncomingHttpHeaders): void {
  const from = headers['sec-fetch-site']
  const own = from === undefined ? headers[PAGE_HEADER] !== undefined : from === 'same-origin'
  if (!own) throw new Failure('forbidden', `Another page asked with the console's session; from scripts, use a token, or send the header ${PAGE_HEADER}`)
}
