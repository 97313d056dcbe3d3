// Gives back what it is given, but for two words.
import { getPriority } from 'node:os'

export default async function echo (task) {
  if (task === 'for ever') for (;;);
  return task === 'priority' ? getPriority(0) : task
}
