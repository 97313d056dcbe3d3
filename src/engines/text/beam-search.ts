// The likeliest text of a recogniser's steps where a language has its say: a prefix beam search (Graves and Jaitly 2014)
// under log P(net) + weight × log P(prior) + bonus × length. The bonus pays for the prior's dislike of long texts.
import type { Context, LanguagePrior } from './language-prior.js'

/** How the language weighs in. */
export interface PriorUse {
  readonly prior: LanguagePrior
  readonly weight: number
  readonly bonus: number
}

// Measured on held-out handwriting: more changes next to nothing.
const BEAM = 8
// A class less likely at a step is not tried there.
const LEAST = Math.exp(-7)
// Of two logarithms so far apart the smaller adds nothing to the sum.
const NOTHING = 30

/** A text as its last class and the text before; each text is there once. */
interface Prefix {
  readonly parent: Prefix | undefined
  readonly symbol: number
  readonly context: Context
  /** What prior and bonus add. */
  readonly share: number
  /** The texts that are longer by one class, by that class. */
  longer: Map<number, Prefix> | undefined
  /** log P(net) over the paths so far that end in a blank, and in the last class; both -Infinity where it is out of the search. */
  blank: number
  last: number
  /** The same one step on, while that step is computed. */
  nextBlank: number
  nextLast: number
  /** What it is ranked by, after the step. */
  score: number
}

/** The classes that are tried at a step, and the logarithms of their chances: the first `count` of each. */
interface Tried {
  readonly symbols: Int32Array
  readonly chances: Float64Array
  count: number
}

/**
 * The classes of the best text.
 * @param data steps × classes, each step summing to 1; class 0 is the blank
 */
export function searchBeam (data: Float32Array, classes: number, { prior, weight, bonus }: PriorUse): number[] {
  const begin = { ...unreached(undefined, 0, 0, 0), blank: 0 }
  const tried: Tried = { symbols: new Int32Array(classes), chances: new Float64Array(classes), count: 0 }
  let beam: Prefix[] = [begin]

  // A text of which nothing is known yet costs a look into the prior and an object. Most would be dropped at the end of the
  // step, and these are left out: the prior only takes away, so that without its word none ends better than `best`.
  function extend (prefix: Prefix, symbol: number, chance: number, worst: number): Prefix | undefined {
    const known = prefix.longer?.get(symbol)
    if (known !== undefined) return known
    if (chance + prefix.share + bonus < worst) return undefined
    const share = prefix.share + weight * prior.logProbability(prefix.context, symbol) + bonus
    if (chance + share < worst) return undefined
    const longer = unreached(prefix, symbol, prior.after(prefix.context, symbol), share)
    prefix.longer ??= new Map()
    prefix.longer.set(symbol, longer)
    return longer
  }

  for (let offset = 0; offset + classes <= data.length; offset += classes) {
    fillTried(tried, data, offset, classes)
    const reached = stay(beam, tried, Math.log(data[offset]!))
    // The last that can stay in the beam is as good as this.
    const worst = beam.length < BEAM ? -Infinity : Math.min(...beam.map(prefix => addLogs(prefix.nextBlank, prefix.nextLast) + prefix.share))
    for (const prefix of beam) {
      const total = addLogs(prefix.blank, prefix.last)
      for (let at = 0; at < tried.count; at++) {
        const symbol = tried.symbols[at]!
        const chance = (symbol === prefix.symbol ? prefix.blank : total) + tried.chances[at]!
        if (chance === -Infinity) continue
        const longer = extend(prefix, symbol, chance, worst)
        if (longer === undefined) continue
        longer.nextLast = addLogs(longer.nextLast, chance)
        reached.add(longer)
      }
    }
    beam = moveOn(reached)
  }
  return textOf(beam[0] ?? begin)
}

function unreached (parent: Prefix | undefined, symbol: number, context: Context, share: number): Prefix {
  return { parent, symbol, context, share, longer: undefined, blank: -Infinity, last: -Infinity, nextBlank: -Infinity, nextLast: -Infinity, score: -Infinity }
}

// The paths that spell the same text after the step: on to a blank, or on with the last class.
function stay (beam: readonly Prefix[], { symbols, chances, count }: Tried, blank: number): Set<Prefix> {
  for (const prefix of beam) {
    prefix.nextBlank = addLogs(prefix.nextBlank, addLogs(prefix.blank, prefix.last) + blank)
    for (let at = 0; at < count; at++) {
      if (symbols[at] === prefix.symbol) prefix.nextLast = addLogs(prefix.nextLast, prefix.last + chances[at]!)
    }
  }
  return new Set(beam)
}

// The best of what was reached; the others are forgotten.
function moveOn (reached: ReadonlySet<Prefix>): Prefix[] {
  for (const prefix of reached) {
    prefix.blank = prefix.nextBlank
    prefix.last = prefix.nextLast
    prefix.nextBlank = prefix.nextLast = -Infinity
    prefix.score = addLogs(prefix.blank, prefix.last) + prefix.share
  }
  const ranked = [...reached].sort((a, b) => b.score - a.score)
  for (const prefix of ranked.slice(BEAM)) prefix.blank = prefix.last = -Infinity
  return ranked.slice(0, BEAM)
}

function fillTried (tried: Tried, data: Float32Array, offset: number, classes: number): void {
  tried.count = 0
  for (let symbol = 1; symbol < classes; symbol++) {
    const chance = data[offset + symbol]!
    if (chance <= LEAST) continue
    tried.symbols[tried.count] = symbol
    tried.chances[tried.count++] = Math.log(chance)
  }
}

function addLogs (a: number, b: number): number {
  const larger = Math.max(a, b)
  const smaller = Math.min(a, b)
  return larger - smaller < NOTHING ? larger + Math.log1p(Math.exp(smaller - larger)) : larger
}

function textOf (prefix: Prefix): number[] {
  const symbols: number[] = []
  for (let at: Prefix | undefined = prefix; at?.parent !== undefined; at = at.parent) symbols.push(at.symbol)
  return symbols.reverse()
}

function logOf (chance: number): number {
  return Math.log(Math.max(1e-30, chance))
}

/** Steps from the first to the last of one class of a text. */
export interface Aligned {
  readonly symbol: number
  readonly first: number
  readonly last: number
  /** The class's largest probability there. */
  readonly confidence: number
}

/**
 * Where a text's classes stand: the likeliest path that spells it (Viterbi). Empty where the steps are too few for it.
 * @param data steps × classes; class 0 is the blank
 */
export function alignText (data: Float32Array, classes: number, text: readonly number[]): Aligned[] {
  const steps = Math.floor(data.length / classes)
  // Blanks stand between and around: state 2 i + 1 is the text's class i.
  const states = 2 * text.length + 1
  const symbolOf = (state: number): number => state % 2 === 0 ? 0 : text[state >> 1]!
  const moves = new Uint8Array(steps * states)
  let scores = new Float64Array(states).fill(-Infinity)
  let next = new Float64Array(states).fill(-Infinity)
  scores[0] = 0
  for (let step = 0; step < steps; step++) {
    const offset = step * classes
    const blank = logOf(data[offset]!)
    // No text is further by now than two states a step, and none that is too far behind comes to its end.
    const first = Math.max(0, states - 2 * (steps - step) - 1)
    const last = Math.min(states - 1, 2 * step + 1)
    for (let state = first; state <= last; state++) {
      const symbol = symbolOf(state)
      let move = 0
      let best = scores[state]!
      const reach = step === 0 ? Math.min(1, state) : state >= 2 && symbol !== 0 && symbol !== symbolOf(state - 2) ? 2 : Math.min(1, state)
      for (let back = 1; back <= reach; back++) {
        if (scores[state - back]! > best) {
          best = scores[state - back]!
          move = back
        }
      }
      moves[step * states + state] = move
      next[state] = best + (symbol === 0 ? blank : logOf(data[offset + symbol]!))
    }
    [scores, next] = [next, scores]
  }
  let state = states > 1 && scores[states - 2]! > scores[states - 1]! ? states - 2 : states - 1
  if (scores[state] === -Infinity) return []
  const places = text.map(symbol => ({ symbol, first: steps, last: 0, confidence: 0 }))
  for (let step = steps - 1; step >= 0; step--) {
    const place = state % 2 === 1 ? places[state >> 1] : undefined
    if (place !== undefined) {
      place.first = Math.min(place.first, step)
      place.last = Math.max(place.last, step)
      place.confidence = Math.max(place.confidence, data[step * classes + place.symbol]!)
    }
    state -= moves[step * states + state]!
  }
  return places
}
