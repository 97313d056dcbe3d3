// From finished requests to the counts of usage: calls of functions by people and programs that are known.
import type { UsageCounter } from '../accounts/usage-counter.js'
import type { RequestObserver } from './request-log.js'

/** Makes the observer that counts. Calls that were refused for want of a token have no key to be counted under. */
export function createUsageObserver (counter: Pick<UsageCounter, 'note'>): RequestObserver {
  return {
    observe ({ endpoint, isFunction, principal }, { kind }, durationS) {
      if (endpoint === undefined || !isFunction || principal === undefined) return
      const { organizationId, keyId } = principal
      // A client that goes away has not been answered, with an error or otherwise.
      const failed = kind !== undefined && kind !== 'client_gone'
      counter.note({ organizationId, keyId, function: endpoint, failed, durationMs: durationS * 1000 })
    }
  }
}
