// A job for the tests of the OpenCV pool: it misbehaves as it is told.
import { OpencvError, opencvInstances, useOpencv } from '../../src/runtime/opencv.js'

export interface TestTask {
  readonly what: 'throw' | 'answer' | 'hang' | 'exit' | 'trap' | 'exhaust' | 'listeners'
  readonly times?: number
}

export interface TestResult {
  readonly message?: string
  readonly points?: number
  readonly instances: number
  readonly listeners: number
}

export default function misbehave ({ what, times = 1 }: TestTask): TestResult {
  let message: string | undefined
  let points: number | undefined
  if (what === 'exit') process.exit(1)
  if (what === 'hang') for (;;) points = 0
  for (let n = 0; n < (what === 'throw' ? times : 0); n++) {
    try {
      useOpencv((cv, keep) => cv.resize(keep(new cv.Mat()), keep(new cv.Mat()), new cv.Size(0, 0), 0, 0, 0))
    } catch (error) {
      if (!(error instanceof OpencvError)) throw error
      message = error.message
    }
  }
  if (what === 'trap') useOpencv(() => { throw new RangeError('as a trap would') })
  // 512 MB each: WebAssembly ends at 4 GB, OpenCV's at less.
  if (what === 'exhaust') useOpencv((cv, keep) => { for (;;) keep(new cv.Mat(8192, 8192, cv.CV_64FC1)) })
  if (what === 'answer') points = useOpencv(countPoints)
  return {
    instances: opencvInstances(),
    listeners: process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection'),
    ...(message === undefined ? {} : { message }),
    ...(points === undefined ? {} : { points })
  }
}

// Of a checkerboard with a disturbance: the same number whenever OpenCV is sound.
const countPoints: Parameters<typeof useOpencv<number>>[0] = (cv, keep) => {
  const [width, height] = [200, 160]
  const image = keep(new cv.Mat(height, width, cv.CV_8UC1))
  image.data.set(Uint8Array.from({ length: width * height }, (_, i) => (((i % width) >> 4) + ((i / width) >> 4)) % 2 === 0 ? 40 : 200 + (i * 7919) % 50))
  const keypoints = keep(new cv.KeyPointVector())
  keep(new cv.ORB(300)).detectAndCompute(image, keep(new cv.Mat()), keypoints, keep(new cv.Mat()))
  return keypoints.size()
}
