// What a service is given besides its input: the way to stop and the clock of its stages.

/** The parts of a request whose time is reported apart, in the order in which they happen. */
export type Stage = 'auth' | 'fetch' | 'queue' | 'decode' | 'engine' | 'encode'

/** The request on whose behalf a service works. */
export interface Work {
  /** Aborts when the client has gone or the deadline has passed. */
  readonly signal: AbortSignal
  /** Runs one stage and adds its time to the request's account. */
  stage<T>(name: Stage, run: () => T | Promise<T>): Promise<T>
}
