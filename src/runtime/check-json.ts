// Reads a JSON file's text as a typed value: the schema is the type, and a fault names the place.
import { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

const FAULTS_SHOWN = 5

/**
 * Parses and checks JSON text.
 * @param what names the text in the error, as "models/manifest.json"
 * @throws Error not JSON, or another shape; the message lists the first faults with their JSON pointers
 */
export function parseJson<Schema extends TSchema> (schema: Schema, text: string, what: string): Static<Schema> {
  const value = parseText(text, what)
  if (Value.Check(schema, value)) return value as Static<Schema>
  throw shapeError(what, shapeFaults(schema, value))
}

/** Parses JSON text into whatever it holds. */
export function parseText (text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${what} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Where a value differs from a schema, with JSON pointers below `at`; empty where it does not. */
export function shapeFaults (schema: TSchema, value: unknown, at = ''): string[] {
  return Value.Errors(schema, value).map(({ instancePath, message }) => `${at}${instancePath} ${message}`.trim())
}

/** The error for such faults. */
export function shapeError (what: string, faults: readonly string[]): Error {
  return new Error(`${what} has another shape than expected: ${faults.slice(0, FAULTS_SHOWN).join('; ')}`)
}
