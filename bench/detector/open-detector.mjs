// A detector of the service in this process, with its net's input size as one likes.
import { createObjectDetector, detectorOutputs } from '../../dist/engines/object-detector.js'
import { imageTensor } from '../../dist/imaging/image-tensor.js'
import { configureSharp, createImageDecoder } from '../../dist/intake/decode-image.js'
import { createInferencePool } from '../../dist/runtime/inference-pool.js'
import { BUILT_MODELS_FOLDER } from '../../dist/runtime/model-manifest.js'
import { openModelStore } from '../../dist/runtime/model-store.js'

/** The embedded detector. */
export const MODEL = 'mobilenetv3-centernet'

/**
 * Opens a detector; one inference thread, raw scores. Pulled models are looked for in COMPUTE_MODELS_DIR. Where no size
 * is given pictures go in at the model's own.
 * @returns {Promise<{ facts, detect (bytes: Buffer, size: { width: number, height: number } | undefined, minScore: number): Promise<{ image, found, cpuMs: number }>, close (): Promise<void> }>}
 *   `found` has the engine's detections, boxes in pixels of the upright picture; `cpuMs` is what detecting took, without
 *   the decoding
 */
export async function openDetector (id = MODEL) {
  configureSharp()
  const decoder = createImageDecoder({ maxPixels: 50e6, timeoutMs: 60_000 })
  const pool = createInferencePool({ threads: 1, idleTimeoutMs: 60_000, runTimeoutMs: 60_000 })
  const store = await openModelStore(BUILT_MODELS_FOLDER, { pulledFolder: process.env.COMPUTE_MODELS_DIR })
  const row = store.forTask('object-detection').find(({ facts }) => facts.id === id)
  if (row === undefined) throw new Error(`the model ${id} is not here`)
  const { facts } = row
  const { detectionHead: head } = facts
  const net = row.netWith(detectorOutputs(head))
  const input = facts.inputs.find(({ kind }) => kind === 'image')
  const sizeInput = facts.inputs.find(({ role }) => role === 'picture-size')?.name
  const bySize = new Map()
  const { signal } = new AbortController()

  function detectorOf (size) {
    const key = JSON.stringify(size)
    if (!bySize.has(key)) bySize.set(key, createObjectDetector(pool, { net, input: size === undefined ? input : { ...input, size }, sizeInput, head }))
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
