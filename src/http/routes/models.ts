// GET /compute/v1/models
import { Type } from 'typebox'
import type { ListModels } from '../../services/list-models.js'
import { ModelsSchema } from '../../wire/models.js'
import { type Endpoint, defineEndpoint } from '../endpoint.js'

/** The models that this server knows: which are here, which are loaded, which serve. */
export function modelsEndpoint (listModels: ListModels): Endpoint {
  return defineEndpoint({
    name: 'models',
    path: '/compute/v1/models',
    methods: ['GET'],
    tag: 'operation',
    summary: 'Models: what is here, what is loaded, what serves',
    access: 'token',
    images: [],
    options: Type.Object({}),
    content: ModelsSchema,
    example: {
      models: [{
        id: 'deimv2-femto',
        about: 'DEIMv2 Femto, 416 x 416',
        tasks: ['object-detection'],
        set: 'standard',
        installed: true,
        loaded: true,
        verified: true,
        licences: [{ name: 'Apache-2.0', covers: 'DEIMv2, by Intellindust AI Lab', source: 'https://github.com/Intellindust-AI-Lab/DEIMv2' }],
        files: [{
          file: 'deimv2-femto.onnx',
          installed: true,
          bytes: 4116144,
          sha256: 'c6ad358f750132b891165e034c2ba507abefc5ebe1c1d2732a0acbcacc47e52c',
          sources: ['https://raw.githubusercontent.com/Kazuhito00/DEIMv2-ONNX-Sample/f88d4382abca74edb26ed4c7f46190ac40da0ea5/model/deimv2_hgnetv2_femto_coco.onnx']
        }]
      }],
      serving: [{ task: 'object-detection', model: 'deimv2-femto', better: 'deimv2-n' }]
    },
    handle: () => listModels()
  })
}
