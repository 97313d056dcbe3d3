// How the server is: what the console shows besides the models.
import type { CpuBudget } from '../runtime/cpu-budget.js'
import type { ServerStatus } from '../wire/console.js'

export type DescribeServer = () => Promise<ServerStatus>

export interface DescribeServerParts {
  readonly version: string
  readonly budget: Pick<CpuBudget, 'slots' | 'busy' | 'waiting'>
  readonly settings: Pick<ServerStatus, 'docs' | 'metrics' | 'fetch' | 'maxImageBytes'>
  /** Seconds since the start. */
  readonly uptimeS: () => number
}

/** Makes the service. */
export function createDescribeServer ({ version, budget, settings, uptimeS }: DescribeServerParts): DescribeServer {
  const { docs, metrics, fetch, maxImageBytes } = settings
  return async () => ({
    version, uptimeS: Math.floor(uptimeS()), slots: budget.slots, busy: budget.busy, waiting: [...budget.waiting.values()].reduce((sum, length) => sum + length, 0), docs, metrics, fetch, maxImageBytes
  })
}
