// The models of this server: what the manifest says, what is here, what is loaded, and what serves.
import type { ModelTask } from '../runtime/model-facts.js'
import type { Model } from '../runtime/model-manifest.js'
import { type KnownModel, type ModelStore, reportTasks } from '../runtime/model-store.js'
import type { Models } from '../wire/models.js'

export type ListModels = () => Promise<Models>

export interface ListModelsParts {
  readonly store: Pick<ModelStore, 'models' | 'forTask'>
  /** Paths of the nets that some thread holds now. */
  readonly loaded: () => ReadonlySet<string>
  /** Which model serves a task after what has turned out since the start; tasks that are not here are served by the best. */
  readonly choices: ReadonlyMap<ModelTask, { serving (): string | undefined }>
}

/** Makes the service. */
export function createListModels ({ store, loaded, choices }: ListModelsParts): ListModels {
  return async () => {
    const paths = loaded()
    return {
      models: store.models.map(model => describeModel(model, paths)),
      serving: reportTasks(store).map(({ task, serving, better }) => {
        const choice = choices.get(task)
        const model = choice === undefined ? serving?.id : choice.serving()
        return { task, ...(model === undefined ? {} : { model }), ...(better === undefined ? {} : { better: better.id }) }
      })
    }
  }
}

function describeModel ({ facts, state, files }: KnownModel, loaded: ReadonlySet<string>): Models['models'][number] {
  return {
    id: facts.id,
    about: facts.about,
    tasks: facts.tasks,
    set: facts.set,
    installed: state === 'installed',
    loaded: files.some(({ path }) => loaded.has(path)),
    verified: facts.verified,
    licences: facts.licences.map(({ name, covers, source, note }) => ({ name, covers, source, ...(note === undefined ? {} : { note }) })),
    files: files.map(({ file, state, digest }) => {
      // Of what is here the digests were reckoned; of what is not, the manifest's are known.
      const known = state === 'installed' ? digest : undefined
      const bytes = known?.bytes ?? file.bytes
      const sha256 = known?.sha256 ?? file.sha256
      return {
        file: file.file,
        installed: state === 'installed',
        ...(bytes === undefined ? {} : { bytes }),
        ...(sha256 === undefined ? {} : { sha256 }),
        ...('gitBlob' in file && file.gitBlob !== undefined ? { gitBlob: file.gitBlob } : {}),
        sources: sourcesOf(facts, file)
      }
    })
  }
}

function sourcesOf (facts: Model, file: Model['files'][number]): string[] {
  if ('urls' in file) return file.urls
  return 'package' in facts ? [`npm:${facts.package.name}@${facts.package.version}`] : []
}
