// How many CPUs this process may really use. `os.availableParallelism()` knows the affinity mask but not the cgroup
// quota that `docker run --cpus` and Kubernetes limits set.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

/** Reads a file as text, or gives undefined where it cannot be read. */
export type ReadText = (path: string) => string | undefined

/**
 * Whole CPUs that the process may use, at least 1: the affinity mask, cut by the quotas of its cgroup and of every
 * group above it (v1 `cpu.cfs_quota_us`, v2 `cpu.max`). A quota of 1.5 CPUs counts as 1: the rest stays for the event
 * loop.
 */
export function usableCpus (readText: ReadText = readTextFile, affinity: number = availableParallelism()): number {
  const quota = cgroupQuota(readText)
  return Math.max(1, Math.min(affinity, Math.floor(quota)))
}

function cgroupQuota (readText: ReadText): number {
  let least = Infinity
  for (const line of (readText('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (path === undefined || controllers === undefined) continue
    if (controllers === '') {
      least = Math.min(least, leastQuota('/sys/fs/cgroup', path, group => quotaOfV2(readText(join(group, 'cpu.max')))))
    } else if (controllers.split(',').includes('cpu')) {
      least = Math.min(least, leastQuota(`/sys/fs/cgroup/${controllers}`, path, group =>
        quotaOfV1(readText(join(group, 'cpu.cfs_quota_us')), readText(join(group, 'cpu.cfs_period_us')))))
    }
  }
  return least
}

// Inside a container the path of /proc/self/cgroup may be the host's and not exist below the mount: then only the
// mount's own root answers, which is the container's group.
function leastQuota (mount: string, path: string, quotaOf: (group: string) => number): number {
  let least = quotaOf(mount)
  for (let group = path; group !== '/' && group !== '.' && group !== ''; group = dirname(group)) {
    least = Math.min(least, quotaOf(join(mount, group)))
  }
  return least
}

function quotaOfV2 (text: string | undefined): number {
  const [quota, period] = (text ?? '').trim().split(' ').map(Number)
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : Infinity
}

function quotaOfV1 (quotaText: string | undefined, periodText: string | undefined): number {
  const quota = Number(quotaText)
  const period = Number(periodText)
  return quota > 0 && period > 0 ? quota / period : Infinity
}

function readTextFile (path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
