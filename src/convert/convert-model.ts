// From a manifest row and the files of its package to the bytes of an ONNX file.
import { type ConvertedModel } from '../runtime/model-manifest.js'
import { ConversionError } from './conversion-error.js'
import { convertGraph } from './convert-graph.js'
import { writeOnnx } from './onnx-file.js'
import { type FindPackage, readPackageFile } from './package-files.js'
import { readTfGraph } from './tfjs-graph.js'
import { readTfWeights } from './tfjs-weights.js'

/** Makes one cut of a model, named as in its row. */
export type ConvertCut = (fileName: string) => Uint8Array

/**
 * Reads a model's graph and weights once, for all of its cuts.
 * @throws ConversionError as readPackageFile, readTfGraph and readTfWeights do
 */
export function openConvertedModel (model: ConvertedModel, findPackage: FindPackage): ConvertCut {
  const { graph: graphFile, weights: weightFiles, inputNode, outputNodes } = model.source
  const graph = readTfGraph(Buffer.from(readPackageFile(model.package, graphFile, findPackage)).toString('utf8'), graphFile.path)
  const constants = readTfWeights(graph.weights, Buffer.concat(weightFiles.map(file => readPackageFile(model.package, file, findPackage))))
  const [input] = model.inputs
  if (input?.kind !== 'image') throw new ConversionError(`${model.id} has no picture as its input`)
  return fileName => {
    const file = model.files.find(file => file.name === fileName)
    if (file === undefined) throw new ConversionError(`${model.id} has no file ${fileName}`)
    return writeOnnx(convertGraph(graph, constants, {
      name: `${model.id}/${fileName}`,
      input: { node: inputNode, name: input.name, anySize: 'multipleOf' in input.size },
      outputs: file.outputs.map(name => ({ name, node: outputNodes[name] ?? name }))
    }))
  }
}
