// Models that are loaded at the start, and the word of it: the server takes no requests before they are there.
import type { ModelTask } from './model-facts.js'

/** How far it is. */
export type PreloadState = 'loading' | 'loaded' | 'failed'

export interface Preload {
  readonly state: PreloadState
  /** For /readyz, where it is not loaded. */
  readonly reason: string
  /** Settles when it is over; never rejects. */
  readonly done: Promise<void>
}

export interface PreloadParts {
  readonly tasks: readonly ModelTask[]
  /** What loads the models of a task; tasks without it need no models here. */
  readonly loaders: ReadonlyMap<ModelTask, () => Promise<void>>
  readonly reportFault: (task: ModelTask, error: unknown) => void
}

/** Begins to load, one task after the other. Where one fails the others are loaded all the same. */
export function startPreload ({ tasks, loaders, reportFault }: PreloadParts): Preload {
  const failed: ModelTask[] = []
  let over = false
  async function loadAll (): Promise<void> {
    for (const task of tasks) {
      try {
        await loaders.get(task)?.()
      } catch (error) {
        failed.push(task)
        reportFault(task, error)
      }
    }
    over = true
  }
  const wanted = tasks.some(task => loaders.has(task))
  const done = wanted ? loadAll() : Promise.resolve()
  if (!wanted) over = true
  return {
    get state () { return !over ? 'loading' : failed.length === 0 ? 'loaded' : 'failed' },
    get reason () { return over ? `no model could be loaded for ${failed.join(', ')}; the log tells why` : 'loading models' },
    done
  }
}
