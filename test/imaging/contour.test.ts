import t from 'tap'
import { traceContour } from '../../src/imaging/contour.js'

function contourOf (...rows: string[]): number[][] {
  const width = rows[0]?.length ?? 0
  const flat = traceContour(Uint8Array.from(rows.join(''), letter => letter === '#' ? 1 : 0), width, rows.length)
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2]!, flat[i * 2 + 1]!])
}

// Expected lists are those of cv2.findContours(mask, RETR_EXTERNAL, CHAIN_APPROX_NONE), OpenCV 4.14.
t.test('the contour visits the border as OpenCV does', async t => {
  t.same(contourOf('#'), [[0, 0]])
  t.same(contourOf('##', '##'), [[0, 0], [0, 1], [1, 1], [1, 0]])
  t.same(contourOf('###'), [[0, 0], [1, 0], [2, 0], [1, 0]], 'a line is passed twice')
  t.same(contourOf('.#.', '###', '.#.'), [[1, 0], [0, 1], [1, 2], [2, 1]])
  t.same(contourOf('..#', '.#.', '#..'), [[2, 0], [1, 1], [0, 2], [1, 1]])
  t.same(contourOf('####', '####', '####'), [[0, 0], [0, 1], [0, 2], [1, 2], [2, 2], [3, 2], [3, 1], [3, 0], [2, 0], [1, 0]])
  t.same(contourOf('.##.', '####', '#..#'), [[1, 0], [0, 1], [0, 2], [1, 1], [2, 1], [3, 2], [3, 1], [2, 0]])
  t.same(contourOf('...'), [])
})
