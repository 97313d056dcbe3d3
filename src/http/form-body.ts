// Urlencoded bodies. Written here because they hold base64 of whole pictures: the usual parsers hold up the event loop
// for most of a second on 27 MB, this one for some milliseconds at a time.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Failure } from '../errors.js'

/** A parsed body: names and texts in the order in which they came, repeated names included. */
export class FormBody {
  readonly entries: ReadonlyArray<readonly [name: string, text: string]>

  constructor (entries: FormBody['entries']) {
    this.entries = entries
  }
}

const AMPERSAND = 0x26
const EQUALS = 0x3d
const PERCENT = 0x25
const PLUS = 0x2b
const BLANK = 0x20

/** Empty fields do no harm, but 30 MB of them would take a second and a half. */
const MAX_FIELDS_WITH_EMPTY = 1000

/** Bytes that are decoded before others get their turn; some two milliseconds. */
const BYTES_A_TURN = 262_144

/**
 * Parses application/x-www-form-urlencoded as the URL standard says (https://url.spec.whatwg.org/#urlencoded-parsing):
 * UTF-8, "+" is a blank, a lone "%" stays.
 * @throws Failure invalid_request where there are more fields than `maxFields`, or very many empty ones
 */
export async function parseFormBody (body: Buffer, maxFields: number): Promise<FormBody> {
  const entries: Array<readonly [string, string]> = []
  for (let start = 0, fields = 0; start < body.length; fields++) {
    if (fields > MAX_FIELDS_WITH_EMPTY) throw tooManyFields(maxFields)
    const ampersand = body.indexOf(AMPERSAND, start)
    const end = ampersand < 0 ? body.length : ampersand
    if (end > start) {
      if (entries.length === maxFields) throw tooManyFields(maxFields)
      const field = body.subarray(start, end)
      const equals = field.indexOf(EQUALS)
      const nameEnd = equals < 0 ? field.length : equals
      entries.push([await decode(field.subarray(0, nameEnd)), await decode(field.subarray(nameEnd + 1))])
    }
    start = end + 1
  }
  return new FormBody(entries)
}

function tooManyFields (maxFields: number): Failure {
  return new Failure('invalid_request', `the request has more than ${maxFields} parameters, which is the limit`)
}

async function decode (field: Buffer): Promise<string> {
  if (!field.includes(PERCENT) && !field.includes(PLUS)) return field.toString('utf8')
  const decoded = Buffer.allocUnsafe(field.length)
  let length = 0
  let turnEnds = BYTES_A_TURN
  for (let at = 0; at < field.length; at++) {
    if (at >= turnEnds) {
      await nextTurn()
      turnEnds = at + BYTES_A_TURN
    }
    const byte = field[at]!
    const value = byte === PERCENT ? hexByte(field, at + 1) : -1
    decoded[length++] = value >= 0 ? value : byte === PLUS ? BLANK : byte
    if (value >= 0) at += 2
  }
  return decoded.toString('utf8', 0, length)
}

function hexByte (bytes: Buffer, at: number): number {
  const high = HEX_DIGITS[bytes[at] ?? 0]!
  const low = HEX_DIGITS[bytes[at + 1] ?? 0]!
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) => '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()))
