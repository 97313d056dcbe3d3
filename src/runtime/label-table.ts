// The tables in models/labels/: what the classes of a model are called, and what is a kind of what.
import { readFileSync } from 'node:fs'
import { Type, type Static } from 'typebox'
import { parseJson } from './check-json.js'

const MidSchema = Type.String({ pattern: '^/[mgj]/' })
const LabelSchema = Type.Object({
  /** Google's Knowledge Graph id. */
  mid: MidSchema,
  name: Type.String({ minLength: 1 })
})
const LabelTableSchema = Type.Array(LabelSchema, { minItems: 1 })
const LabelEntitiesSchema = Type.Record(MidSchema, Type.Object({
  name: Type.String({ minLength: 1 }),
  /** Mids of what it is directly a kind of. */
  parents: Type.Array(MidSchema)
}))

/** One class as an entity of the Open Images vocabulary. */
export type Label = Static<typeof LabelSchema>

/** The classes of a model by index. */
export type LabelTable = readonly Label[]

/** All labels that any table names, and what they are kinds of, by mid. */
export type LabelEntities = Static<typeof LabelEntitiesSchema>

// The same place seen from src/runtime and from dist/runtime.
const FOLDER = new URL('../../models/labels/', import.meta.url)

/** Reads a table by its name. @throws Error where it is not there or has another shape */
export function readLabelTable (name: string): LabelTable {
  const file = new URL(`${name}.json`, FOLDER)
  return parseJson(LabelTableSchema, readFileSync(file, 'utf8'), `models/labels/${name}.json`)
}

/** Reads the label graph. @throws Error where it is not there or has another shape */
export function readLabelEntities (): LabelEntities {
  return parseJson(LabelEntitiesSchema, readFileSync(new URL('graph.json', FOLDER), 'utf8'), 'models/labels/graph.json')
}
