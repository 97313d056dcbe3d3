// Fills the folder of built models: what is converted or copied from npm packages, and what was trained here. One model
// that cannot be made does not keep the others from being made.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { digestBytes, digestFault, type ExpectedDigest } from '../runtime/model-digest.js'
import { type AssembledModel, fileWithOutputs, type MergedModel, type Model, type ModelManifest, findModel, type RewrittenModel, readManifest } from '../runtime/model-manifest.js'
import { ConversionError } from './conversion-error.js'
import { type ConvertCut, openConvertedModel } from './convert-model.js'
import { readGguf } from './gguf-weights.js'
import { mergeOnnx, type SeeingNet } from './merge-onnx.js'
import { buildMobileNetV3Small } from './mobilenetv3-small.js'
import { writeOnnx } from './onnx-file.js'
import { type FindPackage, readPackageFile } from './package-files.js'
import { type JoinedNet, rewriteOnnx } from './rewrite-onnx.js'

export interface BuildModelsOptions {
  /** The folder with manifest.json and the files of committed models. */
  readonly sourceFolder: string
  /** Where everything goes; made where it is missing. */
  readonly targetFolder: string
  readonly findPackage: FindPackage
}

/** What became of one file. */
export interface BuiltFile {
  readonly model: string
  readonly file: string
  /** `kept`: it was there, with the right digest. */
  readonly state: 'kept' | 'made' | 'failed'
  readonly durationMs: number
  /** Why it failed, in words for whoever runs the build. */
  readonly fault?: string
}

type EmbeddedModel = Exclude<Model, { kind: 'pulled' }>

/**
 * Makes every file of the embedded set that is not there yet with the digest that the manifest states, and puts the
 * manifest beside them. A file that cannot be made is removed, so that an older one is not taken for it.
 * @throws Error the manifest cannot be read; file system errors of the target
 */
export function buildModels (options: BuildModelsOptions): BuiltFile[] {
  const manifestPath = join(options.sourceFolder, 'manifest.json')
  const manifest = readManifest(manifestPath)
  mkdirSync(options.targetFolder, { recursive: true })
  const built = manifest.models.flatMap(model => model.kind === 'pulled'
    ? []
    : sourcesOf(model, manifest, options).map(source => buildFile(model.id, source, options.targetFolder)))
  const copy = `${join(options.targetFolder, 'manifest.json')}.${process.pid}`
  copyFileSync(manifestPath, copy)
  renameSync(copy, join(options.targetFolder, 'manifest.json'))
  return built
}

/** A file of a model and how to get its bytes. */
interface Source {
  readonly file: EmbeddedModel['files'][number]
  make (): Uint8Array
}

function buildFile (model: string, { file, make }: Source, targetFolder: string): BuiltFile {
  const started = performance.now()
  const target = join(targetFolder, file.file)
  const done = (state: BuiltFile['state'], fault?: string): BuiltFile =>
    ({ model, file: file.file, state, durationMs: performance.now() - started, ...(fault !== undefined && { fault }) })
  if (existsSync(target) && digestFault(digestBytes(readFileSync(target)), expected(file)) === undefined) return done('kept')
  try {
    const content = make()
    const digest = digestBytes(content)
    const fault = digestFault(digest, expected(file))
    if (fault !== undefined) {
      throw new ConversionError(`What was made is not what models/manifest.json states: ${fault}. If the converter or the model was changed on purpose, state "bytes": ${digest.bytes}, "sha256": "${digest.sha256}" there.`)
    }
    replaceFile(target, content)
    return done('made')
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error
    rmSync(target, { force: true })
    return done('failed', error.message)
  }
}

function expected ({ bytes, sha256 }: Source['file']): ExpectedDigest {
  return { bytes, sha256 }
}

function sourcesOf (model: EmbeddedModel, manifest: ModelManifest, options: BuildModelsOptions): Source[] {
  const { sourceFolder, findPackage } = options
  if (model.kind === 'copied') {
    return model.files.map(file => ({ file, make: () => readPackageFile(model.package, file, findPackage) }))
  }
  if (model.kind === 'committed') return model.files.map(file => ({ file, make: () => readCommitted(sourceFolder, file.file) }))
  if (model.kind === 'rewritten') return model.files.map(file => ({ file, make: () => makeRewritten(model, file, options) }))
  if (model.kind === 'assembled') return model.files.map(file => ({ file, make: () => makeAssembled(model, file, findPackage) }))
  if (model.kind === 'merged') return model.files.map(file => ({ file, make: () => makeMerged(model, file, manifest, options) }))
  // Opened by the first cut that is needed, for all cuts.
  let convert: ConvertCut | undefined
  return model.files.map(file => ({ file, make: () => (convert ??= openConvertedModel(model, findPackage))(file.name) }))
}

function makeRewritten ({ id, package: pinned, source, outputs }: RewrittenModel, file: RewrittenModel['files'][number], { sourceFolder, findPackage }: BuildModelsOptions): Uint8Array {
  if (file.outputs.length === 0) {
    return file.path === undefined ? readCommitted(sourceFolder, file.file) : readPackageFile(pinned, { ...file, path: file.path }, findPackage)
  }
  const named = Object.fromEntries(outputs.filter(({ name }) => file.outputs.includes(name)).map(({ name }) => [name, source.outputNodes[name] ?? name]))
  return rewriteOnnx(readPackageFile(pinned, source.graph, findPackage), named, source.joined === undefined ? undefined : readJoined(id, source.joined, sourceFolder))
}

function makeAssembled ({ id, package: pinned, source, inputs }: AssembledModel, { name, outputs }: AssembledModel['files'][number], findPackage: FindPackage): Uint8Array {
  const [input] = inputs
  if (input?.kind !== 'image' || !('height' in input.size)) throw new ConversionError(`${id} has no picture of one size as its input`)
  const weights = readGguf(readPackageFile(pinned, source.weights, findPackage))
  return writeOnnx(buildMobileNetV3Small(weights, { name: `${id}/${name}`, input: input.name, size: input.size, outputs }))
}

function makeMerged ({ id, source: { head, sees }, inputs: [input] }: MergedModel, { name, outputs }: MergedModel['files'][number], manifest: ModelManifest, options: BuildModelsOptions): Uint8Array {
  if (input?.kind !== 'image') throw new ConversionError(`${id} has no picture as its input`)
  const seeing = Object.entries(sees).map(([end, { model, outputs }]) => [end, makeSight(model, outputs, manifest, options)] as const)
  return mergeOnnx(readTrained(id, head, options.sourceFolder), Object.fromEntries(seeing), { name: `${id}/${name}`, input, outputs })
}

/** What a merged model sees with, made for it: the order of the rows is of no matter. */
function makeSight (id: string, outputs: readonly string[], manifest: ModelManifest, options: BuildModelsOptions): SeeingNet {
  const model = findModel(manifest, id)
  const file = model === undefined ? undefined : fileWithOutputs(model, outputs)
  const source = model === undefined || model.kind === 'pulled' ? undefined : sourcesOf(model, manifest, options).find(source => source.file === file)
  const input = model?.inputs[0]
  if (model === undefined || source === undefined || input?.kind !== 'image') throw new ConversionError(`there is no model ${id} that sees a picture and has the outputs ${outputs.join(', ')}`)
  const areMaps = model.outputs.filter(({ name }) => outputs.includes(name)).every(({ shape }) => shape.length === 4)
  return { id, bytes: source.make(), input, outputs, areMaps }
}

function readJoined (id: string, { inputs, ...file }: NonNullable<RewrittenModel['source']['joined']>, sourceFolder: string): JoinedNet {
  return { bytes: readTrained(id, file, sourceFolder), inputs }
}

function readTrained (id: string, { file, ...expected }: MergedModel['source']['head'], sourceFolder: string): Uint8Array {
  const bytes = readCommitted(sourceFolder, file)
  const fault = digestFault(digestBytes(bytes), expected)
  if (fault !== undefined) throw new ConversionError(`models/${file}, which is a part of ${id}, is not the file that models/manifest.json states: ${fault}`)
  return bytes
}

function readCommitted (sourceFolder: string, path: string): Uint8Array {
  try {
    return readFileSync(join(sourceFolder, path))
  } catch (cause) {
    throw new ConversionError(`models/${path} is missing`, { cause })
  }
}

/** Several builds and tests may do this at one time; nobody sees half a file. */
function replaceFile (path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  writeFileSync(part, content)
  renameSync(part, path)
}
