// The tables in models/labels/: what the classes of a model are called.
import { readFileSync } from 'node:fs'
import { Type, type Static } from 'typebox'
import { parseJson } from './check-json.js'

const EntitySchema = Type.Object({
  /** Google's Knowledge Graph id. */
  mid: Type.String({ pattern: '^/[mgj]/' }),
  name: Type.String({ minLength: 1 })
})
const LabelSchema = Type.Object({
  ...EntitySchema.properties,
  /** What it is a kind of, nearest first. */
  parents: Type.Array(EntitySchema)
})
const LabelTableSchema = Type.Array(LabelSchema, { minItems: 1 })

/** One class as an entity of the Open Images vocabulary. */
export type Label = Static<typeof LabelSchema>

/** The classes of a model by index. */
export type LabelTable = readonly Label[]

// The same place seen from src/runtime and from dist/runtime.
const FOLDER = new URL('../../models/labels/', import.meta.url)

/** Reads a table by its name. @throws Error where it is not there or has another shape */
export function readLabelTable (name: string): LabelTable {
  const file = new URL(`${name}.json`, FOLDER)
  return parseJson(LabelTableSchema, readFileSync(file, 'utf8'), `models/labels/${name}.json`)
}
