// Stands in for the inference worker: does what the model's id says.
import { threadId } from 'node:worker_threads'

const loaded = new Set()

export default async function infer ({ nets, meeting }) {
  const [net] = nets
  switch (net.id) {
    case 'crashes': process.exit(3)
    // falls through
    case 'hangs': for (;;) ;
    case 'throws': throw new Error('it threw')
  }
  if (meeting !== undefined) {
    Atomics.add(meeting.arrived, 0, 1)
    Atomics.notify(meeting.arrived, 0)
    for (let count; (count = Atomics.load(meeting.arrived, 0)) < meeting.threads;) Atomics.wait(meeting.arrived, 0, count, 5_000)
  }
  for (const { path } of nets) loaded.add(path)
  if (net.id === 'is slow') await new Promise(resolve => setTimeout(resolve, 300))
  return { kind: 'done', thread: threadId, loaded: [...loaded], outputs: {} }
}
