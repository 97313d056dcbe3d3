// Gives back what it is given, but for one word.
export default async function echo (task) {
  if (task === 'for ever') for (;;);
  return task
}
