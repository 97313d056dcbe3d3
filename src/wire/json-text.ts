// JSON as the hosted service prints it: pure ASCII, documented floats with a fraction (4.0), keys in schema order.
// Driven by the schema of the answer, so that an undeclared or missing field is an error and never silently dropped.
import {
  IsArray, IsBoolean, IsInteger, IsLiteralString, IsNumber, IsObject, IsRecord, IsString, IsUnion, type TSchema
} from 'typebox'

/** Turns a value into JSON text, or throws TypeError naming the place that does not fit the schema. */
export type JsonWriter = (value: unknown) => string

/** A JSON string literal in ASCII: everything else is written as \uXXXX. */
export function writeString (text: string): string {
  const json = JSON.stringify(text)
  // eslint-disable-next-line no-control-regex
  return /[^\x00-\x7e]/.test(json) ? json.replace(/[^\x00-\x7e]/g, escapeUnit) : json
}

/** Compiles a schema into the function that writes values of it. */
export function createWriter (schema: TSchema): JsonWriter {
  const write = compile(schema)
  return value => write(value, '')
}

type PlacedWriter = (value: unknown, place: string) => string

function compile (schema: TSchema): PlacedWriter {
  if (IsLiteralString(schema)) return literalWriter(schema.const)
  if (IsString(schema)) return (value, place) => typeof value === 'string' ? writeString(value) : misfit(value, place, 'a string')
  if (IsInteger(schema)) return (value, place) => Number.isSafeInteger(value) ? String(value) : misfit(value, place, 'an integer')
  if (IsNumber(schema)) return writeFloat
  if (IsBoolean(schema)) return (value, place) => typeof value === 'boolean' ? String(value) : misfit(value, place, 'a boolean')
  if (IsArray(schema)) return arrayWriter(compile(schema.items))
  if (IsUnion(schema)) return unionWriter(schema.anyOf.map(compile))
  if (IsRecord(schema)) {
    const [[pattern, values] = []] = Object.entries(schema.patternProperties)
    if (pattern !== undefined && values !== undefined) return recordWriter(new RegExp(pattern), compile(values))
  }
  if (IsObject(schema)) return objectWriter(schema.properties, new Set(schema.required))
  throw new Error(`no writer for the schema ${JSON.stringify(schema)}`)
}

function literalWriter (expected: string): PlacedWriter {
  const json = writeString(expected)
  return (value, place) => value === expected ? json : misfit(value, place, json)
}

function writeFloat (value: unknown, place: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return misfit(value, place, 'a finite number')
  const text = String(Object.is(value, -0) ? 0 : value)
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text
}

function arrayWriter (writeItem: PlacedWriter): PlacedWriter {
  return (value, place) => {
    if (!Array.isArray(value)) return misfit(value, place, 'an array')
    return `[${value.map((item, index) => writeItem(item, `${place}/${index}`)).join(',')}]`
  }
}

function objectWriter (properties: Readonly<Record<string, TSchema>>, required: ReadonlySet<string>): PlacedWriter {
  const fields = Object.entries(properties).map(([key, schema]) => ({ key, label: `${writeString(key)}:`, write: compile(schema), needed: required.has(key) }))
  return (value, place) => {
    if (!isPlainObject(value)) return misfit(value, place, 'an object')
    const parts: string[] = []
    for (const { key, label, write, needed } of fields) {
      const field = value[key]
      if (field !== undefined) parts.push(label + write(field, `${place}/${key}`))
      else if (needed) misfit(field, `${place}/${key}`, 'a value')
    }
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(properties, key) && value[key] !== undefined) misfit(value[key], `${place}/${key}`, 'no such field')
    }
    return `{${parts.join(',')}}`
  }
}

function recordWriter (pattern: RegExp, writeValue: PlacedWriter): PlacedWriter {
  return (value, place) => {
    if (!isPlainObject(value)) return misfit(value, place, 'an object')
    const parts = Object.entries(value).map(([key, item]) => {
      if (!pattern.test(key)) misfit(key, `${place}/${key}`, `a key like ${pattern.source}`)
      return `${writeString(key)}:${writeValue(item, `${place}/${key}`)}`
    })
    return `{${parts.join(',')}}`
  }
}

// The first member that fits writes the value: members are few and told apart by their required keys.
function unionWriter (writers: readonly PlacedWriter[]): PlacedWriter {
  return (value, place) => {
    for (const write of writers) {
      try {
        return write(value, place)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
      }
    }
    return misfit(value, place, 'one of the documented shapes')
  }
}

function isPlainObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function misfit (value: unknown, place: string, expected: string): never {
  throw new TypeError(`the answer does not fit its schema at ${place || '/'}: expected ${expected}, found ${typeof value === 'number' ? value : typeof value}`)
}

function escapeUnit (unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
