// heatMap against where people really looked, and against annotated objects.
import { existsSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { saliencyFigures } from '../measures/saliency.mjs'

const OTHERS = new URL('../../results/saliency-others.json', import.meta.url)
const POINTED_AT = 20

async function grayOf ({ heatmap }) {
  const { data, info: { width, height } } = await sharp(Buffer.from(heatmap, 'base64')).greyscale().raw().toBuffer({ resolveWithObject: true })
  return { map: data, width, height }
}

async function truthMap (file) {
  return await sharp(file).greyscale().raw().toBuffer()
}

async function judge (answered, folder, request) {
  const pictures = []
  for (const { truth, [request]: content } of answered) {
    const { map, width, height } = await grayOf(content)
    if (width !== truth.width || height !== truth.height) throw new Error(`${truth.file}: the map has ${width} x ${height} pixels`)
    pictures.push({ map, width, height, truth: await truthMap(readFileSync(new URL(truth.map, folder))), fixations: truth.fixations.flat() })
  }
  return saliencyFigures(pictures)
}

const gaze = ({ folder, ...parts }) => ({
  endpoint: 'heatMap',
  folder,
  requests: { usual: { style: 'gray' }, fast: { style: 'gray', quality: 'fast' } },
  async score (answered, { folder }) {
    const fast = await judge(answered, folder, 'fast')
    return { ...await judge(answered, folder, 'usual'), 'NSS, fast': fast.NSS, 'AUC-Judd, fast': fast['AUC-Judd'] }
  },
  beside: existsSync(OTHERS) ? JSON.parse(readFileSync(OTHERS, 'utf8')).sets[folder] : {},
  ...parts
})

export default [
  gaze({
    name: 'saliency-osie',
    folder: 'sal_osie',
    about: 'OSIE: photographs of several things with the looks of 15 people in 3 seconds; the map is the answer of the style gray.',
    asked: { NSS: { embedded: '>= 3.2' }, 'AUC-Judd': { embedded: '>= 0.916' } }
  }),
  gaze({
    name: 'saliency-scene500',
    folder: 'sal_scene500',
    about: 'SUN-500: small scenes without a clear subject, 12 people.',
    asked: { NSS: { embedded: '>= 1.88' } }
  }),
  {
    name: 'saliency-pointing',
    endpoint: 'heatMap',
    folder: 'det_coco_val2017',
    about: `Whether the strongest place of the map lies in the box of an annotated object, on the first ${POINTED_AT} photographs of COCO val2017 that have any.`,
    items: ({ items }) => items.filter(({ objects }) => objects.some(({ iscrowd }) => !iscrowd)).slice(0, POINTED_AT).map(item => ({ images: { image: item.file }, truth: item })),
    requests: { usual: { style: 'gray' } },
    async score (answered) {
      let hits = 0
      for (const { truth: { objects }, usual } of answered) {
        const { map, width } = await grayOf(usual)
        const at = strongest(map)
        const [x, y] = [at % width, Math.floor(at / width)]
        if (objects.some(({ bbox_xywh: [left, top, w, h] }) => x >= left && x < left + w && y >= top && y < top + h)) hits++
      }
      return { 'on an object': hits / answered.length }
    },
    asked: { 'on an object': { embedded: '>= 0.9' } }
  }
]

function strongest (map) {
  let best = 0
  for (let i = 1; i < map.length; i++) if (map[i] > map[best]) best = i
  return best
}
