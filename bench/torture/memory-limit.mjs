// A process under a memory limit of the kernel's, as a container has it.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

/** README's settings for small containers: freed memory goes back to the system at once. */
export const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '1048576' }

/**
 * Makes a control group with a limit; needs root.
 * @returns a command that runs another inside it, how often the limit killed something, and the removal
 */
export function memoryLimit (bytes) {
  const v2 = existsSync('/sys/fs/cgroup/cgroup.controllers')
  const folder = `/sys/fs/cgroup/${v2 ? '' : 'memory/'}compute-torture-${process.pid}`
  mkdirSync(folder)
  writeFileSync(`${folder}/${v2 ? 'memory.max' : 'memory.limit_in_bytes'}`, String(bytes))
  const swap = `${folder}/${v2 ? 'memory.swap.max' : 'memory.memsw.limit_in_bytes'}`
  if (existsSync(swap)) writeFileSync(swap, v2 ? '0' : String(bytes))
  return {
    wrap: ['sh', '-c', `echo $$ > ${folder}/cgroup.procs && exec "$@"`, 'sh'],
    kills: () => Number(/^oom_kill (\d+)/m.exec(readFileSync(`${folder}/${v2 ? 'memory.events' : 'memory.oom_control'}`, 'utf8'))?.[1] ?? 0),
    peakMB: () => v2 ? undefined : Number(readFileSync(`${folder}/memory.max_usage_in_bytes`, 'utf8')) / 1e6,
    remove: () => rmdirSync(folder)
  }
}
