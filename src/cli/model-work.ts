// What the model commands do, apart so that the other commands load none of it.
import { mkdirSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type PulledFile, type PullOptions, type PullSource, pullModels } from '../pull/pull-models.js'
import { createDownloader } from '../pull/download.js'
import { listLocalFiles } from '../pull/local-files.js'
import { type InspectedModel } from '../runtime/model-files.js'
import { BUILT_MODELS_FOLDER, type Model, type ModelManifest, type PulledModel, readManifest } from '../runtime/model-manifest.js'
import { type Admission, type KnownModel, type ModelStore, lackOfSet, openModelStore, reportTasks } from '../runtime/model-store.js'
import { CommandError } from './command-context.js'
import type { PullProgress } from './pull-progress.js'

export interface ModelFoldersOfCommand {
  /** What the build made; the manifest stands there. */
  readonly built?: string
  readonly pulled: string
}

/** One row of `models list`. */
export interface ListedModel {
  readonly id: string
  readonly set: Model['set']
  readonly tasks: readonly string[]
  readonly state: InspectedModel['state']
  /** Undefined where it is not known. */
  readonly bytes: number | undefined
  readonly serves: readonly string[]
  readonly faults: readonly string[]
  readonly licences: readonly string[]
  readonly files: ReadonlyArray<{ readonly file: string, readonly path: string, readonly state: string, readonly bytes: number | undefined, readonly sha256: string | undefined, readonly gitBlob: string | undefined, readonly urls: readonly string[] | undefined }>
}

/** All models with their states, and the tasks that each would serve under the settings. */
export async function listModels ({ built = BUILT_MODELS_FOLDER, pulled }: ModelFoldersOfCommand, admit: Admission): Promise<ListedModel[]> {
  const store = await openModelStore(built, { pulledFolder: pulled, admit })
  const serving = reportTasks(store)
  return store.models.map(model => listedModel(model, serving.filter(report => report.serving?.id === model.facts.id).map(({ task }) => task)))
}

function listedModel ({ facts, state, files, faults }: KnownModel, serves: readonly string[]): ListedModel {
  const bytes = files.map(({ file, digest }) => file.bytes ?? digest?.bytes)
  return {
    id: facts.id,
    set: facts.set,
    tasks: facts.tasks,
    state,
    bytes: bytes.every(length => length !== undefined) ? bytes.reduce((sum, length) => sum + length, 0) : undefined,
    serves,
    faults: state === 'absent' && facts.set !== 'embedded' ? [] : faults,
    licences: facts.licences.map(({ name, covers }) => `${name} (${covers})`),
    files: files.map(({ file, path, state, digest }) => ({
      file: file.file,
      path,
      state,
      bytes: file.bytes ?? digest?.bytes,
      sha256: file.sha256 ?? (state === 'installed' ? digest?.sha256 : undefined),
      gitBlob: 'gitBlob' in file ? file.gitBlob : undefined,
      urls: 'urls' in file ? file.urls : undefined
    }))
  }
}

export interface Verification {
  readonly ok: boolean
  /** How many models are here and right. */
  readonly installed: number
  /** What is wrong and, where it helps, what to do. */
  readonly faults: readonly string[]
}

/** Looks at all that should be here: the embedded set, what was pulled, and the set that the settings name. */
export async function verifyModels ({ built = BUILT_MODELS_FOLDER, pulled }: ModelFoldersOfCommand, admit: Admission): Promise<Verification> {
  const store: ModelStore = await openModelStore(built, { pulledFolder: pulled, admit })
  const lack = lackOfSet(store, admit)
  const spare = store.models.filter(({ state, faults }) => state === 'installed' && faults.length > 0)
  const faults = [
    ...(store.models.length === 0 ? [`${built} holds no manifest; \`npm run build\` makes it`] : []),
    ...store.missing.map(({ id, fault }) => {
      const facts = store.models.find(model => model.facts.id === id)?.facts
      return `${id}: ${fault}${facts?.set === 'embedded' ? '; `npm run build` makes it again' : `; \`compute-api models pull ${id}\` gets it again`}`
    }),
    ...spare.flatMap(({ facts, faults }) => faults.map(fault => `${facts.id}: ${fault}; another copy is right and is used`)),
    ...(lack === undefined ? [] : [lack])
  ]
  const installed = store.models.filter(({ state }) => state === 'installed').length
  return { ok: faults.length === 0, installed, faults: [...new Set(faults)] }
}

export interface PullRequest {
  readonly folders: ModelFoldersOfCommand
  /** Where accounts are kept; made for its owner alone if it has to be made. */
  readonly dataDir?: string
  readonly ids: readonly string[]
  readonly set: 'standard' | 'large' | undefined
  /** A folder or the base address of a mirror. */
  readonly from: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly progress: PullProgress | undefined
}

/** @throws CommandError where it was asked for something that there is not, or was interrupted */
export async function pull ({ folders, dataDir, ids, set, from, env, signal, progress }: PullRequest): Promise<PulledFile[]> {
  const models = chooseModels(readManifest(join(folders.built ?? BUILT_MODELS_FOLDER, 'manifest.json')), ids, set)
  const source = sourceOf(from)
  // Where that cannot be done the pull says why.
  if (dataDir !== undefined && folders.pulled.startsWith(dataDir + sep)) tryTo(() => mkdirSync(dataDir, { recursive: true, mode: 0o700 }))
  const downloader = createDownloader({
    httpProxy: env.http_proxy ?? env.HTTP_PROXY,
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY,
    noProxy: env.no_proxy ?? env.NO_PROXY
  })
  const options: PullOptions = {
    models,
    source,
    folder: folders.pulled,
    downloader,
    signal,
    ...(progress === undefined ? {} : { onProgress: progress.grow, onFile: progress.end })
  }
  try {
    return await pullModels(options)
  } catch (error) {
    if (signal.aborted) throw new CommandError('interrupted; what was received is kept, and the next pull goes on from there')
    throw error
  } finally {
    progress?.stop()
    await downloader.close()
  }
}

function tryTo (work: () => void): void {
  try {
    work()
  } catch {}
}

function chooseModels ({ models }: ModelManifest, ids: readonly string[], set: PullRequest['set']): PulledModel[] {
  const pulled = models.filter(model => model.kind === 'pulled')
  const named = ids.map(id => {
    const model = pulled.find(model => model.id === id)
    if (model !== undefined) return model
    if (models.some(model => model.id === id)) throw new CommandError(`the model ${id} is part of the embedded set: \`npm run build\` makes it, it is not pulled`)
    throw new CommandError(`there is no model ${id}; \`compute-api models list\` shows all`)
  })
  const wanted = set ?? (ids.length === 0 ? 'standard' : undefined)
  return [...new Set([...named, ...pulled.filter(model => model.set === wanted)])]
}

function sourceOf (from: string | undefined): PullSource {
  if (from === undefined) return { kind: 'manifest' }
  if (/^https?:\/\//i.test(from)) {
    if (!URL.canParse(from)) throw new CommandError(`--from ${from} is no address`)
    return { kind: 'mirror', base: from }
  }
  if (statSync(from, { throwIfNoEntry: false })?.isDirectory() !== true) throw new CommandError(`--from ${from} is neither a folder nor an http(s) address`)
  return { kind: 'folder', path: from, files: listLocalFiles(from) }
}
