// The model that serves a task: the best one that works. What does not load is left, told once, and the next best serves.
import { Failure } from '../errors.js'
import type { LoadedFrom } from './loaded-from.js'
import type { ModelTask } from './model-facts.js'
import type { InstalledModel, ModelStore } from './model-store.js'

export interface ModelChoiceParts<T> {
  readonly store: Pick<ModelStore, 'forTask' | 'lackFor'>
  readonly task: ModelTask
  /** Makes of a model what the service works with; called once for each model. @throws Failure model_missing where the model is of no use */
  readonly open: (model: InstalledModel) => T
  /** Told of each model that turned out faulty, once. */
  readonly reportFault?: (fault: FaultyModel) => void
}

/** A model whose files were right at the start and that cannot be used all the same. */
export interface FaultyModel {
  readonly task: ModelTask
  readonly id: string
  readonly fault: unknown
}

export interface ModelChoice<T> {
  /**
   * Runs with the best model. Where that ends with Failure model_missing the next best is tried, and so on for all
   * requests to come. When all have failed, the next request tries them all again: the reason may have passed.
   * @param run may run more than once, each time with another model
   * @throws Failure model_missing, naming what is missing and the command that mends it, where no model is left
   */
  use<R> (run: (opened: T, model: InstalledModel) => Promise<R>): Promise<R>
  /**
   * Loads the nets that the best model is opened with; the next best ones where it does not load.
   * @throws as use
   */
  warm (load: (nets: readonly LoadedFrom[]) => Promise<void>): Promise<void>
  /** The id of the model that serves now; undefined where there is none. */
  serving (): string | undefined
}

/** Makes the choice for one task of one service. */
export function createModelChoice<T> ({ store, task, open, reportFault }: ModelChoiceParts<T>): ModelChoice<T> {
  const models = store.forTask(task)
  const opened = new Map<InstalledModel, T>()
  const faulty = new Set<InstalledModel>()
  const told = new Set<InstalledModel>()
  // What was asked of each model when it was opened is what has to be loaded for it.
  const nets = new Map<InstalledModel, LoadedFrom[]>()

  function openOnce (model: InstalledModel): T {
    if (!opened.has(model)) {
      const asked: LoadedFrom[] = []
      nets.set(model, asked)
      opened.set(model, open({
        facts: model.facts,
        netWith (outputs) {
          const net = model.netWith(outputs)
          asked.push(net)
          return net
        }
      }))
    }
    return opened.get(model) as T
  }

  function leave (model: InstalledModel, fault: Failure): void {
    faulty.add(model)
    if (told.has(model)) return
    told.add(model)
    reportFault?.({ task, id: model.facts.id, fault: fault.cause ?? fault.message })
  }

  async function use<R> (run: (opened: T, model: InstalledModel) => Promise<R>): Promise<R> {
    if (faulty.size === models.length) faulty.clear()
    let last: unknown
    for (const model of models) {
      if (faulty.has(model)) continue
      try {
        return await run(openOnce(model), model)
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== 'model_missing') throw error
        last = error
        leave(model, error)
      }
    }
    throw new Failure('model_missing', store.lackFor(task), { cause: last })
  }

  return {
    use,
    warm: async load => { await use(async (_, model) => { await load(nets.get(model) ?? []) }) },
    serving: () => models.find(model => !faulty.has(model))?.facts.id
  }
}
