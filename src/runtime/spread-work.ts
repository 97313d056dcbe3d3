// One request's many small computations over the CPUs that are idle: it has its own slot of the CPU budget, and borrows
// others for one piece at a time. So nothing is oversubscribed, and who comes next waits for one piece at most.
import type { CpuBudget } from './cpu-budget.js'

/**
 * Runs `work` for each item and gives the results in the items' order. To be called while holding a slot of the budget.
 * After the first failure no further item is begun; it is thrown when all that had begun have ended.
 * @throws the signal's reason when it aborts between two pieces; whatever `work` throws
 */
export async function spreadWork<T, R> (
  budget: Pick<CpuBudget, 'borrow'>, items: readonly T[], work: (item: T) => Promise<R>, signal: AbortSignal
): Promise<R[]> {
  const results: R[] = new Array(items.length)
  const helpers = new Set<Promise<void>>()
  const failures: unknown[] = []
  let next = 0

  async function takeNext (): Promise<void> {
    const index = next++
    try {
      signal.throwIfAborted()
      results[index] = await work(items[index] as T)
    } catch (error) {
      failures.push(error)
      next = items.length
    }
  }

  async function help (giveBack: () => void): Promise<void> {
    try {
      await takeNext()
    } finally {
      giveBack()
    }
  }

  // Asked again after every piece: a slot that was taken may be idle now, and the other way round.
  function recruit (): void {
    while (next < items.length) {
      const giveBack = budget.borrow()
      if (giveBack === undefined) return
      const helper: Promise<void> = help(giveBack).finally(() => {
        helpers.delete(helper)
        recruit()
      })
      helpers.add(helper)
    }
  }

  while (next < items.length) {
    const own = takeNext()
    recruit()
    await own
  }
  while (helpers.size > 0) await Promise.all(helpers)
  if (failures.length > 0) throw failures[0]
  return results
}
