// Who is next for a CPU. Work waits in lanes, one for each function; in a lane the first to come goes first, and of the
// lanes that one which has had the least computing. So a slow function with a long queue delays a fast one by what
// computes already, not by its queue (start-time fair queueing: Goyal, Vin and Cheng, SIGCOMM 1996). Who has waited for as
// long as anyone was told to wait goes before all that: a slow function's share would let it wait for many times as long.

/** Waiting work in lanes, with an account of what each lane has had. Times in seconds. */
export interface FairQueue<T> {
  readonly size: number
  /** How many wait in each lane that has been used. */
  readonly lengths: ReadonlyMap<string, number>
  add (lane: string, item: T): void
  remove (lane: string, item: T): void
  /** Takes out who is next. */
  next (): T | undefined
  /** To be called when work of a lane starts; it is charged what such work usually takes until it is known. @returns tells what it took, to be called once */
  start (lane: string): (tookS: number) => void
  /** What work of a lane takes usually: a running mean. */
  usualS (lane: string): number
  /** How long one more of a lane would wait for one of `slots`, as far as one can tell, with `running` seconds of work under way. */
  expectedWaitS (lane: string, slots: number): number
}

interface Lane<T> {
  /** What waits, in order of arrival, and since when. */
  readonly items: Map<T, number>
  /** Seconds of computing that it has had, on a clock that idle lanes do not fall behind on. */
  had: number
  running: number
  usualS: number
}

// A guess before anything was measured.
const FIRST_GUESS_S = 0.2
// Weight of the newest computation in the running mean of their durations.
const MEAN_WEIGHT = 0.1

/**
 * Makes an empty queue. Lanes appear when they are first named: names come from a fixed set.
 * @param patienceMs after which an item goes before those of other lanes
 * @param monotonicNow milliseconds that never go backwards
 */
export function createFairQueue<T> (patienceMs: number, monotonicNow: () => number = () => performance.now()): FairQueue<T> {
  const lanes = new Map<string, Lane<T>>()
  // How far the busiest clock had come when work was last started: where a lane that wakes up joins.
  let clock = 0

  function laneOf (name: string): Lane<T> {
    const known = lanes.get(name)
    if (known !== undefined) return known
    const made = { items: new Map<T, number>(), had: 0, running: 0, usualS: FIRST_GUESS_S }
    lanes.set(name, made)
    return made
  }

  function isIdle ({ items, running }: Lane<T>): boolean {
    return items.size === 0 && running === 0
  }

  function join (lane: Lane<T>): void {
    if (isIdle(lane)) lane.had = Math.max(lane.had, clock)
  }

  return {
    get size () { return [...lanes.values()].reduce((sum, { items }) => sum + items.size, 0) },
    get lengths () { return new Map([...lanes].map(([name, { items }]) => [name, items.size])) },
    add (name, item) {
      const lane = laneOf(name)
      join(lane)
      lane.items.set(item, monotonicNow())
    },
    remove (name, item) {
      laneOf(name).items.delete(item)
    },
    next () {
      let first: Lane<T> | undefined
      let longest: Lane<T> | undefined
      let since = monotonicNow() - patienceMs
      for (const lane of lanes.values()) {
        const [oldest] = lane.items.values()
        if (oldest === undefined) continue
        if (first === undefined || lane.had < first.had) first = lane
        if (oldest < since) [longest, since] = [lane, oldest]
      }
      const lane = longest ?? first
      if (lane === undefined) return undefined
      const [item] = lane.items.keys()
      lane.items.delete(item as T)
      return item
    },
    start (name) {
      const lane = laneOf(name)
      join(lane)
      clock = Math.max(clock, lane.had)
      const charged = lane.usualS
      lane.had += charged
      lane.running++
      return tookS => {
        lane.running--
        lane.had += tookS - charged
        lane.usualS += MEAN_WEIGHT * (tookS - lane.usualS)
      }
    },
    usualS: name => laneOf(name).usualS,
    expectedWaitS (name, slots) {
      const lane = laneOf(name)
      const ahead = lane.items.size * lane.usualS
      // While its turn comes, others get as much computing as its lane does, if they have that much waiting.
      let others = 0
      let running = 0
      for (const other of lanes.values()) {
        running += other.running * other.usualS / 2
        if (other !== lane) others += Math.min(other.items.size * other.usualS, ahead + lane.usualS)
      }
      return (running + ahead + others) / slots
    }
  }
}
