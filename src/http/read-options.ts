// Parameters besides the pictures: text from the wire to the types that an endpoint declares.
import {
  IsBoolean, IsInteger, IsLiteralString, IsNumber, IsString, IsUnion, type Static, type TNumberOptions, type TObject,
  type TSchema, type TStringOptions
} from 'typebox'
import { Failure } from '../errors.js'
import { type Parameters, findParameter } from './parameters.js'

/**
 * Reads the declared options. Names are case-insensitive, unknown parameters do not matter, an empty text counts as
 * absent; booleans are true for `true|1|yes|on|t|y` in any case and false for `false|0|no|off|f|n`.
 * @throws Failure invalid_request naming the option, what it must be and what it is
 */
export function readOptions<O extends TObject> (schema: O, parameters: Parameters): Static<O> {
  const options: Record<string, unknown> = {}
  const required = new Set(schema.required)
  for (const [name, option] of Object.entries<TSchema>(schema.properties)) {
    const parameter = findParameter(parameters, name)
    const text = parameter?.kind === 'bytes' ? parameter.bytes.toString('utf8') : parameter?.text
    if (text === undefined || text === '') {
      if (required.has(name)) throw new Failure('invalid_request', `parameter '${name}' is missing`)
      continue
    }
    options[name] = readOption(name, option, text)
  }
  return options as Static<O>
}

function readOption (name: string, schema: TSchema, text: string): unknown {
  const limits: TNumberOptions & TStringOptions = { ...schema }
  if (IsInteger(schema)) return readNumber(name, text, limits, 'a whole number', /^[+-]?\d+$/)
  if (IsNumber(schema)) return readNumber(name, text, limits, 'a number', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i)
  if (IsBoolean(schema)) return readBoolean(name, text)
  if (IsUnion(schema)) return readWord(name, text, schema.anyOf.filter(IsLiteralString).map(member => member.const))
  if (IsString(schema)) return readText(name, text, limits)
  throw new Error(`no reader for the option ${name}`)
}

function readNumber (name: string, text: string, range: TNumberOptions, kind: string, form: RegExp): number {
  const value = form.test(text.trim()) ? Number(text) : NaN
  const least = Number(range.minimum ?? -Number.MAX_VALUE)
  const most = Number(range.maximum ?? Number.MAX_VALUE)
  if (!(value >= least && value <= most)) throw wrong(name, `${kind} from ${least} to ${most}`, text)
  return value
}

function readBoolean (name: string, text: string): boolean {
  if (/^(true|1|yes|on|t|y)$/i.test(text.trim())) return true
  if (/^(false|0|no|off|f|n)$/i.test(text.trim())) return false
  throw wrong(name, 'true or false', text)
}

function readWord (name: string, text: string, words: readonly string[]): string {
  const word = words.find(word => word.toLowerCase() === text.trim().toLowerCase())
  if (word === undefined) throw wrong(name, `one of ${words.join(', ')}`, text)
  return word
}

function readText (name: string, text: string, { maxLength = 1000 }: TStringOptions): string {
  if (text.length > maxLength) throw new Failure('invalid_request', `parameter '${name}' has ${text.length} characters; the limit is ${maxLength}`)
  return text
}

function wrong (name: string, expected: string, text: string): Failure {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text
  return new Failure('invalid_request', `parameter '${name}' must be ${expected}; it is ${JSON.stringify(shown)}`)
}
