// What an operator measures, in Prometheus's form. Label values come from fixed sets: function names, kinds, stages.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { CpuBudget } from '../runtime/cpu-budget.js'
import type { MemoryBudget } from '../runtime/memory-budget.js'
import type { RequestLife } from './request-life.js'

export interface Metrics {
  readonly contentType: string
  /** Adds one finished request. */
  observe(life: RequestLife, outcome: { readonly status: number, readonly kind: string | undefined }, durationS: number): void
  /** The metrics as text. */
  render(): Promise<string>
}

// From a palette of a small picture to a deadline.
const DURATION_BUCKETS_S = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]

/** Makes the process's metrics in a registry of their own. */
export function createMetrics (budget: CpuBudget, memory: MemoryBudget): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'compute_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['function', 'status'],
    buckets: DURATION_BUCKETS_S,
    registers
  })
  const stages = new Histogram({
    name: 'compute_stage_duration_seconds',
    help: 'Time that requests spend in a stage: auth, fetch, queue, decode, engine, encode',
    labelNames: ['function', 'stage'],
    buckets: DURATION_BUCKETS_S,
    registers
  })
  const errors = new Counter({
    name: 'compute_errors_total',
    help: 'Requests answered with an error, by kind',
    labelNames: ['function', 'kind'],
    registers
  })
  gauge(registry, 'compute_picture_memory_bytes', 'Memory reserved for large pictures now', () => memory.reservedBytes)
  gauge(registry, 'compute_picture_memory_limit_bytes', 'Memory that large pictures may take at one time', () => memory.totalBytes)
  gauge(registry, 'compute_slots', 'Computations that may run at one time', () => budget.slots)
  gauge(registry, 'compute_slots_busy', 'Computations that run now', () => budget.busy)
  const waiting: Gauge<'function'> = new Gauge({
    name: 'compute_queue_length',
    help: 'Requests that wait for a CPU now',
    labelNames: ['function'],
    registers,
    collect () { for (const [lane, length] of budget.waiting) waiting.set({ function: lane }, length) }
  })

  return {
    contentType: registry.contentType,
    observe (life, { status, kind }, durationS) {
      const labels = { function: life.endpoint ?? 'other' }
      duration.observe({ ...labels, status: String(status) }, durationS)
      for (const [stage, ms] of life.stages) stages.observe({ ...labels, stage }, ms / 1000)
      if (kind !== undefined) errors.inc({ ...labels, kind })
    },
    render: () => registry.metrics()
  }
}

function gauge (registry: Registry, name: string, help: string, read: () => number): void {
  const made: Gauge = new Gauge({ name, help, registers: [registry], collect () { made.set(read()) } })
}
