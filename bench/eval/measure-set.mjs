// One set against one running service: ask about every picture, then score the answers.
import { existsSync, readFileSync } from 'node:fs'

/** Where the pictures are: beside the repository, but for sets of pictures of our own, whose folder begins with bench/. */
export const IMAGES = new URL('../../../shared/images/', import.meta.url)

// Two at a time keep two CPUs busy; more would only queue.
const AT_A_TIME = 2

/**
 * @returns {Promise<{ pictures: number, cpuMsPerRequest: number, figures: Record<string, number> }>} figures as the set
 *   gives them
 * @throws NotOffered, and Error for any answer that is not right
 */
export async function measureSet (set, service, { limit = Infinity } = {}) {
  const folder = folderOf(set)
  const truth = JSON.parse(readFileSync(new URL('truth.json', folder), 'utf8'))
  const items = (set.items?.(truth, folder) ?? itemsOf(truth)).slice(0, limit)
  const requests = Object.entries(set.requests ?? { usual: {} })
  const answered = new Array(items.length)
  let next = 0

  async function askOn () {
    while (next < items.length) {
      const index = next++
      const item = items[index]
      const images = Object.fromEntries(Object.entries(item.images).map(([name, image]) => [name, typeof image === 'string' ? new URL(image, folder) : image]))
      answered[index] = { truth: item.truth, item }
      for (const [name, parameters] of requests) answered[index][name] = await service.ask(set.endpoint, images, { ...parameters, ...item.parameters })
    }
  }

  const before = await service.cpuSeconds()
  await Promise.all(Array.from({ length: AT_A_TIME }, askOn))
  const cpuMs = (await service.cpuSeconds() - before) * 1000
  const figures = await set.score(answered, { folder })
  for (const [name, figure] of Object.entries(figures)) {
    if (!Number.isFinite(figure)) throw new Error(`${set.name}: the figure ${name} is ${figure}`)
  }
  return { pictures: items.length, cpuMsPerRequest: cpuMs / (items.length * requests.length), figures }
}

/** Why a set cannot be measured here, or undefined. */
export function absence (set) {
  return existsSync(new URL('truth.json', folderOf(set))) ? undefined : `the pictures (../shared/images/${set.folder}) are not here`
}

function folderOf (set) {
  return new URL(`${set.folder}/`, set.folder.startsWith('bench/') ? new URL('../../', import.meta.url) : IMAGES)
}

function itemsOf ({ items }) {
  return items.map(item => ({ images: { image: item.file }, truth: item }))
}
