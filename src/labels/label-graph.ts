// What is a kind of what: labels as a graph from the specific to the general, that several sources of labels share.

/** One label; `parents` are the mids of what it is directly a kind of. */
export interface LabelEntity {
  readonly name: string
  readonly parents: readonly string[]
}

export interface LabelGraph {
  readonly mids: readonly string[]
  has (mid: string): boolean
  /** @throws Error for a mid that is not in the graph */
  name (mid: string): string
  /** All that a label is a kind of, nearest first, each once, itself left out. @throws Error for an unknown mid */
  ancestors (mid: string): readonly string[]
  /** Steps on the longest way up: 0 for a root. @throws Error for an unknown mid */
  depth (mid: string): number
}

/**
 * Makes a graph of entities by mid.
 * @throws Error where a parent is not among the entities, or a label is a kind of itself
 */
export function createLabelGraph (entities: Readonly<Record<string, LabelEntity>>): LabelGraph {
  const known = new Map(Object.entries(entities))
  const ancestors = new Map<string, readonly string[]>()
  const depths = new Map<string, number>()

  function entity (mid: string): LabelEntity {
    return known.get(mid) ?? unknown(mid)
  }

  function climb (mid: string, path: readonly string[]): void {
    if (path.includes(mid)) throw new Error(`the label graph goes in a circle: ${[...path, mid].join(' -> ')}`)
    if (ancestors.has(mid)) return
    const { parents } = entity(mid)
    for (const parent of parents) climb(parent, [...path, mid])
    // Level by level, so that the nearest come first.
    const found = new Set<string>()
    for (let level: readonly string[] = parents; level.length > 0; level = level.flatMap(parent => entity(parent).parents)) {
      for (const parent of level) found.add(parent)
    }
    ancestors.set(mid, [...found])
    depths.set(mid, parents.length === 0 ? 0 : 1 + Math.max(...parents.map(parent => depths.get(parent) ?? 0)))
  }

  for (const mid of known.keys()) climb(mid, [])
  return {
    mids: [...known.keys()],
    has: mid => known.has(mid),
    name: mid => entity(mid).name,
    ancestors: mid => ancestors.get(mid) ?? unknown(mid),
    depth: mid => depths.get(mid) ?? unknown(mid)
  }
}

function unknown (mid: string): never {
  throw new Error(`the label graph has no ${mid}`)
}
