/** Damages pictures in turn; the same seed gives the same mutants everywhere. */
export function mutantsOf (pictures: ReadonlyArray<readonly [name: string, bytes: Buffer]>, count: number, seed: number): Generator<{ name: string, bytes: Buffer }>
