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
// A class less likely at a step, as a natural logarithm, is not tried there.
const LEAST = -7

/** A text as its last class and the text before; each text is there once. */
interface Prefix {
  readonly parent: Prefix | undefined
  readonly symbol: number
  readonly context: Context
  /** What prior and bonus add. */
  readonly share: number
  readonly longer: Map<number, Prefix>
  /** log P(net) over the paths so far that end in a blank, and in the last class. */
  blank: number
  last: number
  /** The same one step on, while that step is computed. */
  nextBlank: number
  nextLast: number
}

/**
 * The classes of the best text.
 * @param data steps × classes, each step summing to 1; class 0 is the blank
 */
export function searchBeam (data: Float32Array, classes: number, { prior, weight, bonus }: PriorUse): number[] {
  const begin = { ...unreached({ parent: undefined, symbol: 0, context: 0, share: 0 }), blank: 0 }

  function extend (prefix: Prefix, symbol: number): Prefix {
    const known = prefix.longer.get(symbol)
    if (known !== undefined) return known
    const share = prefix.share + weight * prior.logProbability(prefix.context, symbol) + bonus
    const longer = unreached({ parent: prefix, symbol, context: prior.after(prefix.context, symbol), share })
    prefix.longer.set(symbol, longer)
    return longer
  }

  let beam: Prefix[] = [begin]
  for (let offset = 0; offset + classes <= data.length; offset += classes) {
    const blank = Math.log(data[offset]!)
    const tried = likelyAt(data, offset, classes)
    const reached = new Set<Prefix>()
    for (const prefix of beam) {
      const { symbol } = prefix
      const total = addLogs(prefix.blank, prefix.last)
      prefix.nextBlank = addLogs(prefix.nextBlank, total + blank)
      reached.add(prefix)
      for (const { index, chance } of tried) {
        const isSame = index === symbol
        if (isSame) prefix.nextLast = addLogs(prefix.nextLast, prefix.last + chance)
        const start = isSame ? prefix.blank : total
        if (start === -Infinity) continue
        const longer = extend(prefix, index)
        longer.nextLast = addLogs(longer.nextLast, start + chance)
        reached.add(longer)
      }
    }
    beam = moveOn(reached)
  }
  return textOf(beam[0] ?? begin)
}

function unreached (text: Pick<Prefix, 'parent' | 'symbol' | 'context' | 'share'>): Prefix {
  return { ...text, longer: new Map(), blank: -Infinity, last: -Infinity, nextBlank: -Infinity, nextLast: -Infinity }
}

// The best of what was reached; the others are forgotten.
function moveOn (reached: ReadonlySet<Prefix>): Prefix[] {
  for (const prefix of reached) {
    prefix.blank = prefix.nextBlank
    prefix.last = prefix.nextLast
    prefix.nextBlank = prefix.nextLast = -Infinity
  }
  const ranked = [...reached].map(prefix => ({ prefix, score: addLogs(prefix.blank, prefix.last) + prefix.share })).sort((a, b) => b.score - a.score)
  for (const { prefix } of ranked.slice(BEAM)) prefix.blank = prefix.last = -Infinity
  return ranked.slice(0, BEAM).map(({ prefix }) => prefix)
}

function likelyAt (data: Float32Array, offset: number, classes: number): Array<{ readonly index: number, readonly chance: number }> {
  const likely = []
  for (let index = 1; index < classes; index++) {
    const chance = Math.log(data[offset + index]!)
    if (chance > LEAST) likely.push({ index, chance })
  }
  return likely
}

function addLogs (a: number, b: number): number {
  const larger = Math.max(a, b)
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger))
}

function textOf (prefix: Prefix): number[] {
  const symbols: number[] = []
  for (let at: Prefix | undefined = prefix; at?.parent !== undefined; at = at.parent) symbols.push(at.symbol)
  return symbols.reverse()
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
  let next = new Float64Array(states)
  scores[0] = 0
  for (let step = 0; step < steps; step++) {
    for (let state = 0; state < states; state++) {
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
      next[state] = best + Math.log(Math.max(1e-30, data[step * classes + symbol]!))
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
