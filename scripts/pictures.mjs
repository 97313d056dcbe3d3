// README's pictures: what the running service answers, drawn on photographs that may be passed on.
//   node scripts/pictures.mjs                        writes docs/pictures/; needs ../shared/images for all but one
//   node scripts/pictures.mjs FUNCTION SET FOLDER    for looking: pictures of an evaluation set as PNG files, ten if PICTURES says no other
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startService, temporaryFolder } from '../bench/eval/service.mjs'
import { drawLabels, drawObjects } from './draw-boxes.mjs'

const IMAGES = new URL('../../shared/images/', import.meta.url)
const PICTURES = new URL('../docs/pictures/', import.meta.url)
const TO_LOOK_AT = Number(process.env.PICTURES ?? 10)

// Sources and licences stand in docs/pictures/README.md.
const WANTED = [
  { name: 'objects-monal.jpg', endpoint: 'objectsDetection', photo: new URL('../test/fixtures/monal.jpg', import.meta.url) },
  { name: 'objects-road.jpg', endpoint: 'objectsDetection', photo: new URL('sal_osie/images/sal_osie_1436.jpg', IMAGES) },
  { name: 'labels-monal.jpg', endpoint: 'classification', photo: new URL('../test/fixtures/monal.jpg', import.meta.url) }
]
const DRAW = { objectsDetection: drawObjects, classification: drawLabels }

const folder = temporaryFolder()
const service = await startService({ dataDir: `${folder.path}/data`, env: { COMPUTE_MODELS: 'embedded' } })
try {
  if (process.argv.length > 2) await look(...process.argv.slice(2))
  else for (const picture of WANTED) await draw(picture)
} finally {
  await service.stop()
  folder.remove()
}

async function draw ({ name, endpoint, photo }) {
  if (!service.offered.has(endpoint)) return console.log(`skipped, ${name}: the service does not offer ${endpoint}`)
  if (!existsSync(photo)) return console.log(`skipped, ${name}: its photograph is not here`)
  const bytes = readFileSync(photo)
  const drawn = await DRAW[endpoint](bytes, await service.ask(endpoint, { image: bytes }, {}))
  await drawn.jpeg({ quality: 82, mozjpeg: true }).toFile(fileURLToPath(new URL(name, PICTURES)))
  console.log(`docs/pictures/${name}`)
}

async function look (endpoint, set, target) {
  const within = new URL(`${set}/`, IMAGES)
  const { items } = JSON.parse(readFileSync(new URL('truth.json', within), 'utf8'))
  mkdirSync(target, { recursive: true })
  const step = Math.max(1, Math.floor(items.length / TO_LOOK_AT))
  for (const { file } of items.filter((_, index) => index % step === 0).slice(0, TO_LOOK_AT)) {
    const bytes = readFileSync(new URL(file, within))
    const drawn = await DRAW[endpoint](bytes, await service.ask(endpoint, { image: bytes }, {}))
    await drawn.png().toFile(fileURLToPath(new URL(`${basename(file)}.png`, pathToFileURL(`${target}/`))))
  }
  console.log(`written to ${target}`)
}
