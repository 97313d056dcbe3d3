// How a parameter names an image: a URL, a data: URI, base64, or (through file parts) the bytes themselves.
import { Failure } from '../errors.js'
import { assertFetchable, urlRefused } from './address-policy.js'
import { Base64Error, decodeBase64 } from './base64.js'

/** Where an image comes from; nothing is fetched or decoded yet. */
export type ImageSource =
  | { readonly kind: 'bytes', readonly bytes: Buffer }
  | { readonly kind: 'url', readonly url: URL }

/** Longer ones are refused by most web servers. */
const MAX_URL_LENGTH = 8192

/** A media type with its parameters ends long before; the search for the comma must not run through megabytes. */
const MAX_DATA_HEADER_LENGTH = 1024

const PERCENT = 0x25

/**
 * Reads the text of an image parameter: an http(s) URL, a data: URI (base64 or percent-encoded, of any media type), or
 * base64 in the standard or the url-safe alphabet. Takes linear time; 27 MB of base64 take tens of milliseconds.
 *
 * @param name the parameter, for messages
 * @param options.spaceIsPlus true for text out of a form or a query string, where an unescaped '+' has become a blank;
 *   false where a blank is only whitespace
 * @throws Failure invalid_request if the text is none of these; url_refused for schemes other than http and https and
 *   for URLs with a user name or password
 */
export async function parseImageText (name: string, text: string, { spaceIsPlus }: { readonly spaceIsPlus: boolean }): Promise<ImageSource> {
  const trimmed = text.trim()
  if (trimmed === '') throw new Failure('invalid_request', `parameter '${name}' is empty`)
  const scheme = /^([a-z][a-z0-9+.-]{0,30}):/i.exec(trimmed.slice(0, 40))?.[1]?.toLowerCase()
  if (scheme === 'data') return { kind: 'bytes', bytes: await parseDataUri(name, trimmed, spaceIsPlus) }
  if (scheme === 'http' || scheme === 'https') return { kind: 'url', url: parseUrl(name, trimmed) }
  if (scheme !== undefined && isOtherUrl(scheme, trimmed)) throw urlRefused(`scheme ${scheme}`)
  return { kind: 'bytes', bytes: await parseBase64(name, trimmed, spaceIsPlus, `parameter '${name}' is neither an http(s) URL, a data: URI nor base64`) }
}

function parseUrl (name: string, text: string): URL {
  if (text.length > MAX_URL_LENGTH) {
    throw new Failure('invalid_request', `the URL in parameter '${name}' has ${text.length} characters; the limit is ${MAX_URL_LENGTH}`)
  }
  if (!URL.canParse(text)) throw new Failure('invalid_request', `parameter '${name}' is not a valid URL`)
  const url = new URL(text)
  assertFetchable(url)
  return url
}

async function parseDataUri (name: string, text: string, spaceIsPlus: boolean): Promise<Buffer> {
  const comma = text.slice(0, MAX_DATA_HEADER_LENGTH).indexOf(',')
  if (comma < 0) {
    throw new Failure('invalid_request', `the data: URI in parameter '${name}' has no comma in its first ${MAX_DATA_HEADER_LENGTH} characters`)
  }
  const payload = text.slice(comma + 1)
  if (!/;\s*base64\s*$/i.test(text.slice(0, comma))) return decodePercent(Buffer.from(payload))
  const base64 = payload.includes('%') ? decodePercent(Buffer.from(payload)).toString('latin1') : payload
  return await parseBase64(name, base64.trim(), spaceIsPlus, `the data: URI in parameter '${name}' is not base64`)
}

async function parseBase64 (name: string, text: string, spaceIsPlus: boolean, fault: string): Promise<Buffer> {
  try {
    return await decodeBase64(text, spaceIsPlus)
  } catch (error) {
    if (!(error instanceof Base64Error)) throw error
    throw new Failure('invalid_request', `${fault}: ${error.message}${hint(text)}`, { cause: error })
  }
}

/** Replaces %XX by its byte, in place; a lone % stays. */
function decodePercent (bytes: Buffer): Buffer {
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === PERCENT ? hexDigit(bytes[i + 1]) : -1
    const low = high < 0 ? -1 : hexDigit(bytes[i + 2])
    bytes[length++] = low < 0 ? bytes[i]! : high * 16 + low
    if (low >= 0) i += 2
  }
  return bytes.subarray(0, length)
}

function hexDigit (byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1
}

/** "ftp://x" and "file:/x" are URLs; "localhost:8080/x" and "C:\x" only look alike. */
function isOtherUrl (scheme: string, text: string): boolean {
  const rest = text.slice(scheme.length + 1, scheme.length + 3)
  return rest === '//' || (scheme.length > 1 && !/^\d/.test(rest) && !scheme.includes('.'))
}

function hint (text: string): string {
  const head = text.slice(0, 300)
  if (/^([a-z]:[\\/]|\.{0,2}\/|~\/|\\\\)/i.test(head) && /\.[a-z]{3,4}$/i.test(head)) {
    return '; it looks like a file path: send the file itself as a multipart part'
  }
  if (/^([\p{L}\p{N}-]+\.[\p{L}\p{N}.-]+(:\d{1,5})?|[\p{L}\p{N}-]+:\d{1,5})\//u.test(head) || /^www\./i.test(head)) {
    return '; it looks like a URL without http:// or https://'
  }
  return /^[^/\\]{1,200}\.(jpe?g|png|gif|webp|avif|tiff?|bmp|hei[cf])$/i.test(head)
    ? '; it looks like a file name: send the file itself as a multipart part'
    : ''
}
