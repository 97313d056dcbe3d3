// A net in a file, and what it must be to be taken for the one that is meant.
import type { ExpectedDigest } from './model-digest.js'

/** A net in a file. What is stated besides its path is checked when it is loaded. */
export interface LoadedFrom {
  /** The model's name, for messages. */
  readonly id: string
  readonly path: string
  readonly digest?: ExpectedDigest
  /** Its inputs; a side that is not stated may be any. */
  readonly inputs?: ReadonlyArray<{ readonly name: string, readonly shape: ReadonlyArray<number | undefined> }>
  /** Names of its outputs, all or some. */
  readonly outputs?: readonly string[]
}
