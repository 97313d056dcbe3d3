// A place that only so many may be in at a time. It keeps threads free that libuv shares between decoding, name
// look-ups and files.

export interface Gate {
  /**
   * Waits for a place, in order of arrival.
   * @returns the function that gives the place back; further calls of it do nothing
   * @throws the reason of `signal` once that is aborted
   */
  enter (signal: AbortSignal): Promise<() => void>
}

/** Makes a gate with `limit` places. */
export function createGate (limit: number): Gate {
  const waiting: Array<() => void> = []
  let free = limit

  const leaveOnce = (): (() => void) => {
    let left = false
    return () => {
      if (left) return
      left = true
      const next = waiting.shift()
      if (next === undefined) free++
      else next()
    }
  }

  return {
    enter: (signal) => new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      if (free > 0) {
        free--
        return resolve(leaveOnce())
      }
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(admit), 1)
        reject(signal.reason)
      }
      const admit = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve(leaveOnce())
      }
      waiting.push(admit)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
