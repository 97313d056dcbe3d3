// What the kernel says of a process.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

/** Megabytes and counts of a process. */
export function factsOf (pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return { rssMB: field('VmRSS') / 1024, peakMB: field('VmHWM') / 1024, threads: field('Threads'), handles: readdirSync(`/proc/${pid}/fd`).length }
}

/** Lets the peak begin anew. */
export function forgetPeak (pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}
