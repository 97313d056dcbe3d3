// The detector of the service in this process, with its net's input size as one likes.
import { createObjectDetector } from '../../dist/engines/object-detector.js'
import { imageTensor } from '../../dist/imaging/image-tensor.js'
import { configureSharp, createImageDecoder } from '../../dist/intake/decode-image.js'
import { createInferencePool } from '../../dist/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../../dist/runtime/model-manifest.js'
import { openModelStore } from '../../dist/runtime/model-store.js'

/** The model measured. */
export const MODEL = 'mobilenetv3-centernet'

/**
 * Opens the embedded detector; one inference thread, raw scores.
 * @returns {Promise<{ facts, detect (bytes: Buffer, size: { width: number, height: number }, minScore: number): Promise<{ image, found, cpuMs: number }>, close (): Promise<void> }>}
 *   `found` has the engine's detections, boxes in pixels of the upright picture; `cpuMs` is what detecting took, without
 *   the decoding
 */
export async function openDetector () {
  configureSharp()
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 60_000 })
  const { net, facts } = (await openModelStore(BUILT_MODELS_FOLDER)).find(MODEL, ['keypoints', 'wh'])
  const input = facts.inputs.find(({ kind }) => kind === 'image')
  const outputs = facts.outputs.map(({ name }) => name)
  const bySize = new Map()
  const { signal } = new AbortController()

  function detectorOf ({ width, height }) {
    const key = `${width} x ${height}`
    if (!bySize.has(key)) bySize.set(key, createObjectDetector(pool, { net, input: { ...input, size: { width, height } }, outputs }))
    return bySize.get(key)
  }

  return {
    facts,
    async detect (bytes, size, minScore) {
      const detector = detectorOf(size)
      const image = await decoder.decode(bytes, { size: detector.size, alpha: 'flatten' }, signal)
      const before = process.cpuUsage()
      const found = await detector.detect(image, minScore)
      const { user, system } = process.cpuUsage(before)
      return { image, found, cpuMs: (user + system) / 1000 }
    },
    /** The decoded pixels (RGB) and the net's score maps of them. */
    async scoreMaps (bytes, size) {
      const image = await decoder.decode(bytes, { size: { ...size, fit: 'fill' }, alpha: 'flatten' }, signal)
      const feeds = { [input.name]: { data: imageTensor(image, input), dims: [1, 3, size.height, size.width] } }
      const { keypoints } = await pool.run(net, feeds, ['keypoints'])
      return { pixels: image.data, keypoints: keypoints.data }
    },
    close: async () => { await Promise.all([decoder.close(), pool.close()]) }
  }
}
