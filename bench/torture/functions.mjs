// The functions under test with their pictures' parameters, and good requests for each.
import { readFileSync } from 'node:fs'

/** Parameters that hold pictures, by function. */
export const FUNCTIONS = {
  colorPalette: ['image'],
  heatMap: ['image'],
  textDetection: ['image'],
  classification: ['image'],
  objectsDetection: ['image'],
  imagesDistance: ['refImage', 'queryImage'],
  imagesDifferences: ['image1', 'image2']
}

/** What clients ask for where functions are mixed, in shares of the requests. */
export const MIX = { colorPalette: 0.25, objectsDetection: 0.2, classification: 0.15, heatMap: 0.15, textDetection: 0.05, imagesDistance: 0.1, imagesDifferences: 0.1 }

/** One of the functions, as often as the mix has it. */
export function chooseFunction (random) {
  let left = random()
  for (const [name, share] of Object.entries(MIX)) if ((left -= share) < 0) return name
  return 'colorPalette'
}

const fixture = name => readFileSync(new URL(`../../test/fixtures/${name}`, import.meta.url))

/** Pictures that are in the repository. */
export const PICTURES = {
  photograph: fixture('monal.jpg'),
  label: fixture('label.png'),
  proof: fixture('proof.png'),
  scan: fixture('proof-scanned.jpg'),
  small: fixture('quarters.png')
}

/** The pictures of a good request. */
export const GOOD = {
  colorPalette: [PICTURES.photograph],
  heatMap: [PICTURES.photograph],
  textDetection: [PICTURES.label],
  classification: [PICTURES.photograph],
  objectsDetection: [PICTURES.photograph],
  imagesDistance: [PICTURES.proof, PICTURES.scan],
  imagesDifferences: [PICTURES.proof, PICTURES.scan]
}

/**
 * Asks a function about pictures.
 * @returns status, headers, the envelope (undefined where the answer is none) and the time in milliseconds
 */
export async function ask ({ origin, headers }, name, pictures, { timeoutMs = 120_000, parameters = {} } = {}) {
  const form = new FormData()
  FUNCTIONS[name].forEach((parameter, index) => form.append(parameter, new Blob([pictures[index] ?? pictures[0]]), 'picture'))
  for (const [key, value] of Object.entries(parameters)) form.append(key, value)
  const startedMs = performance.now()
  const answer = await fetch(`${origin}/compute/v1/image/${name}`, { method: 'POST', headers, body: form, signal: AbortSignal.timeout(timeoutMs) })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, envelope: envelopeOf(text), text, ms: performance.now() - startedMs }
}

function envelopeOf (text) {
  try {
    const envelope = JSON.parse(text)
    return typeof envelope.code === 'string' && typeof envelope.message === 'string' && 'content' in envelope ? envelope : undefined
  } catch {
    return undefined
  }
}
