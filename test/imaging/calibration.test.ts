import t from 'tap'
import { UNCALIBRATED, calibrate, rawScoreFor } from '../../src/imaging/calibration.js'

const calibration = { raw: [0, 0.25, 0.5, 1], probability: [0, 0.5, 0.75, 1] }

t.test('scores between the points lie on the line between', async t => {
  t.equal(calibrate(calibration, 0), 0)
  t.equal(calibrate(calibration, 0.125), 0.25)
  t.equal(calibrate(calibration, 0.25), 0.5)
  t.equal(calibrate(calibration, 0.75), 0.875)
  t.equal(calibrate(calibration, 1), 1)
  t.equal(calibrate(calibration, 1.5), 1)
})

t.test('the way back is the inverse', async t => {
  for (const score of [0, 0.1, 0.25, 0.4, 0.9, 1]) t.ok(Math.abs(rawScoreFor(calibration, calibrate(calibration, score)) - score) < 1e-12)
  t.equal(calibrate(UNCALIBRATED, 0.3), 0.3)
})
