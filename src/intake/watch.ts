// Time limits and cancelling in one: whoever works gets one signal, whoever waits is answered at once.

export interface Watch {
  /** Aborted by the outer signal, by the time for the whole, by the time for a phase, or by `stop`. */
  readonly signal: AbortSignal
  /** Starts a time limit that replaces the one before; its failure becomes the signal's reason. */
  limit (ms: number, late: () => Error): void
  /** Aborts the signal with this reason. */
  stop (reason: unknown): void
}

/**
 * Runs `work` under an outer signal and a limit for the whole.
 *
 * The promise settles with the work, or rejects as soon as the signal is aborted, whichever comes first: work that
 * cannot be interrupted goes on unheard.
 * @throws the signal's reason: that of `outer`, or what `late` or a `limit` made
 */
export function runWatched<T> (
  outer: AbortSignal, totalMs: number, late: () => Error, work: (watch: Watch) => Promise<T>
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (outer.aborted) return reject(outer.reason)
    const controller = new AbortController()
    const total = setTimeout(() => stop(late()), totalMs)
    let phase: NodeJS.Timeout | undefined

    const settle = (): void => {
      clearTimeout(total)
      clearTimeout(phase)
      outer.removeEventListener('abort', onAbort)
    }
    const stop = (reason: unknown): void => {
      settle()
      controller.abort(reason)
      reject(reason)
    }
    const onAbort = (): void => stop(outer.reason)
    outer.addEventListener('abort', onAbort, { once: true })

    work({
      signal: controller.signal,
      stop,
      limit: (ms, late) => {
        clearTimeout(phase)
        if (!controller.signal.aborted) phase = setTimeout(() => stop(late()), ms)
      }
    }).then(resolve, reject).finally(settle)
  })
}
