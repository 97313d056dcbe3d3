// The account of one request from its first byte to its last: stages and their times, the way to abort it, and who
// asked. Log line, metrics and the Server-Timing header are all read from it.
import type { Principal } from '../accounts/accounts.js'
import { Failure } from '../errors.js'
import type { Stage, Work } from '../services/work.js'
import { ClientGone, type ErrorAnswer } from './error-handler.js'

/** One request's life. It is the `Work` that services see. */
export class RequestLife implements Work {
  readonly #abort = new AbortController()
  readonly #stages = new Map<Stage, number>()
  #deadline: NodeJS.Timeout | undefined
  /** The function of the API that is asked, for logs and metrics. */
  endpoint: string | undefined
  /** Whether that is one of the functions of the hosted service, whose calls are counted as usage. */
  isFunction = false
  /** Who asks, once that is known. */
  principal: Principal | undefined
  /** What was answered, if it was an error. */
  error: ErrorAnswer | undefined

  /** Aborts with a Failure deadline_passed or with ClientGone as the reason. */
  get signal (): AbortSignal {
    return this.#abort.signal
  }

  /** Milliseconds by stage, in the order in which the stages first ended. */
  get stages (): ReadonlyMap<Stage, number> {
    return this.#stages
  }

  async stage<T> (name: Stage, run: () => T | Promise<T>): Promise<T> {
    const startedMs = performance.now()
    try {
      return await run()
    } finally {
      this.add(name, performance.now() - startedMs)
    }
  }

  /** Adds time to a stage that was measured elsewhere. */
  add (name: Stage, durationMs: number): void {
    this.#stages.set(name, (this.#stages.get(name) ?? 0) + durationMs)
  }

  /** Starts the clock of the deadline: what is not answered by then is aborted. */
  startDeadline (timeoutMs: number): void {
    this.#deadline = setTimeout(() => {
      this.#abort.abort(new Failure('deadline_passed', `the request took longer than ${timeoutMs / 1000} s, which is the limit`))
    }, timeoutMs)
  }

  /** To be called when the response has been sent or the connection is closed. */
  end (clientGone: boolean): void {
    clearTimeout(this.#deadline)
    if (clientGone) this.#abort.abort(new ClientGone())
  }

  /** The value of the Server-Timing header. */
  serverTiming (): string {
    return [...this.#stages].map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`).join(', ')
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    life: RequestLife
  }
}
