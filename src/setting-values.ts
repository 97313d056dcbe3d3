// How the text of a setting becomes a value. Each parser throws an Error whose message completes "NAME ...".
import { isIP } from 'node:net'

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3
}
const PIXELS_PER_UNIT: Readonly<Record<string, number>> = { px: 1, MP: 1e6 }

type Parser<T> = (text: string) => T

/** A whole number from `least` to `most`, both included. */
export function parseInteger (least: number, most: number): Parser<number> {
  return text => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN
    if (!(value >= least && value <= most)) throw new Error(`must be a whole number from ${least} to ${most}`)
    return value
  }
}

/** Text of `least` to `most` characters. */
export function parseText (least: number, most: number): Parser<string> {
  return text => {
    if (text.length < least || text.length > most) throw new Error(`must have ${least} to ${most} characters; it has ${text.length}`)
    return text
  }
}

/** An API key declared from outside: any printable ASCII without blanks, as it has to pass through an HTTP header. */
export function parseKey (text: string): string {
  if (!/^[\x21-\x7e]{20,200}$/.test(text)) throw new Error(`must be 20 to 200 printable ASCII characters without blanks; it has ${text.length}`)
  return text
}

/** A duration such as `14d`, `1h`, `30s` or `500ms`, in milliseconds. */
export function parseDuration (leastMs: number, mostMs: number): Parser<number> {
  return quantity(MS_PER_UNIT, 's', leastMs, mostMs, 'a duration such as 30s, 5m, 12h or 14d')
}

/** A size such as `20MB`, `512KiB` or a plain number of bytes. */
export function parseBytes (least: number, most: number): Parser<number> {
  return quantity(BYTES_PER_UNIT, 'B', least, most, 'a size such as 20MB, 512KiB or a number of bytes')
}

/** A number of pixels such as `50MP` or `50000000`. */
export function parsePixels (least: number, most: number): Parser<number> {
  return quantity(PIXELS_PER_UNIT, 'px', least, most, 'a number of pixels such as 50MP or 50000000')
}

/** One of the given words, in any case. */
export function parseChoice<const W extends readonly string[]> (...words: W): Parser<W[number]> {
  return text => {
    const word = words.find(word => word === text.toLowerCase())
    if (word === undefined) throw new Error(`must be one of ${words.join(', ')}`)
    return word
  }
}

/** A switch: on or off, and the usual other spellings. */
export function parseOnOff (text: string): boolean {
  if (/^(on|true|yes|1)$/i.test(text)) return true
  if (/^(off|false|no|0)$/i.test(text)) return false
  throw new Error('must be on or off')
}

/** A comma list; blanks around entries and empty entries do not count. */
export function parseList (text: string): readonly string[] {
  return text.split(',').map(entry => entry.trim()).filter(entry => entry !== '')
}

/** A comma list of addresses and CIDRs. */
export function parseCidrs (text: string): readonly string[] {
  return parseList(text).map(entry => {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? []
    const family = isIP(address)
    if (family === 0 || (prefix !== undefined && (Number(prefix) < 1 || Number(prefix) > (family === 4 ? 32 : 128)))) {
      throw new Error(`must be a comma list of addresses and CIDRs such as 10.0.0.0/8; ${JSON.stringify(entry)} is neither`)
    }
    return entry
  })
}

/** A comma list of web origins such as `https://app.example.com`, or `*`. */
export function parseOrigins (text: string): readonly string[] {
  return parseList(text).map(entry => {
    if (entry !== '*' && (!URL.canParse(entry) || new URL(entry).origin !== entry)) {
      throw new Error(`must be a comma list of origins such as https://app.example.com; ${JSON.stringify(entry)} is none`)
    }
    return entry
  })
}

/** A comma list of Tesseract's language codes such as `eng` or `chi_sim`, each once. */
export function parseLanguageCodes (text: string): readonly string[] {
  return [...new Set(parseList(text).map(code => {
    if (!/^[a-z]{3}(_[a-z]{3,4})?$/.test(code)) throw new Error(`must be a comma list of language codes such as eng,fra; ${JSON.stringify(code)} is none`)
    return code
  }))]
}

/** A comma list of some of the given words; `all` is all of them, `none` is none. */
export function parseAllOf<W extends string> (words: readonly W[]): Parser<readonly W[]> {
  return text => {
    const chosen = parseList(text.toLowerCase())
    if (chosen.length === 1 && chosen[0] === 'all') return words
    if (chosen.length === 1 && chosen[0] === 'none') return []
    return chosen.map(entry => {
      const word = words.find(word => word === entry)
      if (word === undefined) throw new Error(`must be none, all, or a comma list of ${words.join(', ')}; ${JSON.stringify(entry)} is none of them`)
      return word
    })
  }
}

/** What the parser takes, or `never`. */
export function parseNeverOr<T> (parse: Parser<T>): Parser<T | 'never'> {
  return text => text.toLowerCase() === 'never' ? 'never' : parse(text)
}

/** What the parser takes, or `auto`. */
export function parseAutoOr<T> (parse: Parser<T>): Parser<T | 'auto'> {
  return text => text.toLowerCase() === 'auto' ? 'auto' : parse(text)
}

/** So many requests in a time, such as `10/s`, `600/m` or `5000/h`; nothing for `off`. */
export function parseRate (text: string): { readonly requests: number, readonly windowMs: number } | undefined {
  if (text.toLowerCase() === 'off') return undefined
  const [, requests, unit = ''] = /^(\d{1,9})\/([smh])$/i.exec(text.replaceAll(' ', '')) ?? []
  const windowMs = MS_PER_UNIT[unit.toLowerCase()]
  if (windowMs === undefined || !(Number(requests) >= 1)) throw new Error('must be off, or a number of requests in a second, minute or hour such as 10/s, 600/m or 5000/h')
  return { requests: Number(requests), windowMs }
}

function quantity (units: Readonly<Record<string, number>>, plain: string, least: number, most: number, form: string): Parser<number> {
  return text => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim())
    const unit = (match?.[2] || plain).toLowerCase()
    const factor = Object.entries(units).find(([name]) => name.toLowerCase() === unit)?.[1]
    if (match === null || factor === undefined) throw new Error(`must be ${form}`)
    const value = Math.round(Number(match[1]) * factor)
    if (value < least || value > most) throw new Error(`must lie between ${inUnits(units, least)} and ${inUnits(units, most)}`)
    return value
  }
}

function inUnits (units: Readonly<Record<string, number>>, value: number): string {
  let best = ''
  for (const [unit, factor] of Object.entries(units)) {
    if (best === '' || (value >= factor && value % factor === 0)) best = `${value / factor}${unit}`
  }
  return best
}
