// What every worker thread loads before its work: it lets the event loop go first. Where all CPUs compute, the loop would
// otherwise wait its turn among the threads, and with it refusals, health checks and the answers that are ready.
import { setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'

/** A third of the main thread's weight where both want the same CPU; alone on it, or asleep, nothing changes. */
const NICENESS = 5

// On Linux, 0 is the calling thread (setpriority(2)); elsewhere it would be the process.
if (!isMainThread && process.platform === 'linux') {
  try {
    setPriority(0, NICENESS)
  } catch {
    // A thread of usual priority does the same work.
  }
}
