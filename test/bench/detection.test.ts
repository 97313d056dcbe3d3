import t from 'tap'
import { readFileSync } from 'node:fs'

interface Box { x: number, y: number, width: number, height: number }
interface Find { class: string | number, score: number, box: Box }
interface Thing { class: string | number, box: Box, crowd?: boolean, ignore?: boolean }
interface Picture { truth: Thing[], found: Find[] }
interface Judged { score: number, right: boolean }
interface Measures {
  cocoAveragePrecision (pictures: Picture[]): { ap: number, ap50: number }
  operatingPoint (pictures: Picture[]): { precision: number, recall: number, f1: number }
  judge (pictures: Picture[], overlap: number): Judged[]
  calibrationError (judged: Judged[]): number
}

const measures = await import(new URL('../../bench/eval/measures/detection.mjs', import.meta.url).href) as Measures
const { cocoAveragePrecision, operatingPoint, judge, calibrationError } = measures
const at = (x: number, size = 10): Box => ({ x, y: 0, width: size, height: size })

t.test('average precision is that of COCO\'s own evaluation', async t => {
  interface Case { ap: number, ap50: number, pictures: Array<{ truth: Array<{ class: number, box: number[], crowd?: boolean }>, found: Array<{ class: number, box: number[], score: number }> }> }
  const { ap, ap50, pictures } = JSON.parse(readFileSync(new URL('../fixtures/evaluation/coco-cases.json', import.meta.url), 'utf8')) as Case
  const boxed = <T extends { box: number[] }> (thing: T): T & { box: Box } => {
    const [x = 0, y = 0, width = 0, height = 0] = thing.box
    return { ...thing, box: { x, y, width, height } }
  }
  const ours = cocoAveragePrecision(pictures.map(({ truth, found }) => ({ truth: truth.map(boxed), found: found.map(boxed) })))
  t.ok(Math.abs(ours.ap - ap) < 1e-6 && Math.abs(ours.ap50 - ap50) < 1e-6, `${ours.ap} and ${ours.ap50}, theirs ${ap} and ${ap50}`)
})

t.test('the operating point counts a second box on an object as wrong', async t => {
  const truth = [{ class: 'dog', box: at(0) }, { class: 'dog', box: at(100) }, { class: 'cat', box: at(200) }]
  const found = [{ class: 'dog', score: 0.9, box: at(0) }, { class: 'dog', score: 0.8, box: at(1) }, { class: 'cat', score: 0.7, box: at(203) }, { class: 'cat', score: 0.6, box: at(100) }]
  const { precision, recall, f1 } = operatingPoint([{ truth, found }])
  t.equal(precision, 2 / 4)
  t.equal(recall, 2 / 3)
  t.ok(Math.abs(f1 - 4 / 7) < 1e-12)
  t.same(operatingPoint([{ truth: [], found: [] }]), { precision: 0, recall: 0, f1: 0 })
})

t.test('crowds and objects that need not be found neither count nor harm', async t => {
  const truth = [{ class: 'dog', box: at(0, 100), crowd: true }, { class: 'cat', box: at(0), ignore: true }]
  const found = [{ class: 'dog', score: 0.9, box: at(5) }, { class: 'dog', score: 0.8, box: at(40) }, { class: 'cat', score: 0.7, box: at(0) }]
  t.same(judge([{ truth, found }], 0.5), [])
})

t.test('the calibration error is the distance of what is said and what holds', async t => {
  const finds = (score: number, count: number, right: number): Judged[] => Array.from({ length: count }, (_, index) => ({ score, right: index < right }))
  t.ok(calibrationError([...finds(0.85, 20, 17), ...finds(0.25, 20, 5)]) < 1e-9)
  t.ok(Math.abs(calibrationError([...finds(0.9, 10, 5), ...finds(0.5, 30, 15)]) - 0.1) < 1e-9)
  t.equal(calibrationError([]), 0)
})
