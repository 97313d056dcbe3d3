// The sources of labels that the installed models make: which model is which kind of source, read off its row.
import { Failure } from '../../errors.js'
import { createClassifier } from '../../engines/classifier.js'
import { type ExpressionReader, createExpressionReader } from '../../engines/expression-reader.js'
import { createFaceDetector } from '../../engines/face-detector.js'
import { HEAD_TAPS, createLabelHeads } from '../../engines/label-heads.js'
import { createObjectDetector, detectorOutputs } from '../../engines/object-detector.js'
import { UNCALIBRATED } from '../../imaging/calibration.js'
import type { LabelGraph } from '../../labels/label-graph.js'
import type { InferencePool } from '../../runtime/inference-pool.js'
import { type LabelTable, readLabelTable } from '../../runtime/label-table.js'
import { type ModelChoice, type ModelChoiceParts, createModelChoice } from '../../runtime/model-choice.js'
import type { ImageInput, ModelOutput, ModelTask } from '../../runtime/model-facts.js'
import type { Model } from '../../runtime/model-manifest.js'
import type { InstalledModel, ModelStore } from '../../runtime/model-store.js'
import type { LabelSource } from '../classify-image.js'
import { type LabellingDetector, createDetectedLabels } from './detected-labels.js'
import { createFaceLabels } from './face-labels.js'
import { type LabellingHeads, createHeadLabels } from './head-labels.js'
import { type LabellingClassifier, createWholePictureLabels } from './whole-picture-labels.js'

export interface LabelSourcesParts {
  readonly pool: InferencePool
  readonly models: ModelStore
  readonly graph: LabelGraph
  readonly reportFault: NonNullable<ModelChoiceParts<never>['reportFault']>
}

/**
 * The sources in the order in which they are to be asked. What has to be pulled and was not is no source; what belongs
 * to the embedded set is one even where its model is missing, so that this is told.
 */
export function openLabelSources ({ pool, models, graph, reportFault }: LabelSourcesParts): LabelSource[] {
  function choose<T> (task: ModelTask, isOfUse: (facts: Model) => boolean, open: (model: InstalledModel) => T): ModelChoice<T> {
    const store = { forTask: (task: ModelTask) => models.forTask(task).filter(({ facts }) => isOfUse(facts)), lackFor: (task: ModelTask) => models.lackFor(task) }
    return createModelChoice({ store, task, open, reportFault })
  }

  const detector = choose('classification', findsObjects, model => openDetector(pool, model))
  const heads = choose('classification', readsTrunk, model => openHeads(pool, models, model))
  const classifier = choose('classification', facts => !findsObjects(facts) && !readsTrunk(facts), model => openClassifier(pool, model))
  const faces = choose('face-detection', () => true, ({ facts, netWith }) => createFaceDetector(pool, {
    net: netWith(facts.outputs.map(({ name }) => name)), input: imageInput(facts), outputs: facts.outputs
  }))
  const expressions = choose('expression', () => true, model => openExpressionReader(pool, model))
  return [
    createDetectedLabels(run => detector.use(run), graph),
    createHeadLabels(run => heads.use(run), graph),
    ...classifier.serving() === undefined ? [] : [createWholePictureLabels(run => classifier.use(run), graph)],
    createFaceLabels(run => faces.use(run), run => expressions.use(run))
  ]
}

// The names of outputs alone do not tell: a classifier's may be called as a detector's.
function findsObjects ({ tasks, outputs }: Model): boolean {
  return tasks.includes('object-detection') && detectorOutputs(outputs.map(({ name }) => name)) !== undefined
}

function readsTrunk ({ trunk }: Model): boolean {
  return trunk !== undefined
}

function openHeads (pool: InferencePool, models: ModelStore, { facts, netWith }: InstalledModel): LabellingHeads {
  if (facts.trunk === undefined || facts.trunkSide === undefined || facts.styles === undefined) throw unfit(facts, 'the trunk, its side, or the styles')
  const trunk = models.find(facts.trunk, HEAD_TAPS)
  return {
    heads: createLabelHeads(pool, {
      trunk: trunk.net, trunkInput: imageInput(trunk.facts), side: facts.trunkSide, net: netWith(facts.outputs.map(({ name }) => name)), styles: facts.styles
    }),
    labels: labelTable(facts)
  }
}

function openDetector (pool: InferencePool, { facts, netWith }: InstalledModel): LabellingDetector {
  const outputs = detectorOutputs(facts.outputs.map(({ name }) => name)) ?? []
  return {
    detector: createObjectDetector(pool, { net: netWith(outputs), input: imageInput(facts), outputs, task: 'classification' }),
    labels: labelTable(facts),
    calibration: facts.labelCalibration ?? UNCALIBRATED,
    curves: new Map(Object.entries(facts.labelCalibration?.curves ?? {})),
    shift: facts.labelCalibration?.shift ?? 0
  }
}

function openClassifier (pool: InferencePool, { facts, netWith }: InstalledModel): LabellingClassifier {
  const output = onlyOutput(facts)
  return {
    classifier: createClassifier(pool, { net: netWith([output.name]), input: imageInput(facts), output }),
    labels: labelTable(facts),
    calibration: facts.labelCalibration ?? UNCALIBRATED
  }
}

function openExpressionReader (pool: InferencePool, { facts, netWith }: InstalledModel): ExpressionReader {
  const output = onlyOutput(facts)
  if (facts.labels === undefined || !('names' in facts.labels)) throw unfit(facts, 'the names of its classes')
  return createExpressionReader(pool, { net: netWith([output.name]), input: imageInput(facts), output, names: facts.labels.names })
}

function imageInput (facts: Model): ImageInput {
  const input = facts.inputs.find(input => input.kind === 'image')
  if (input === undefined) throw unfit(facts, 'a picture as its input')
  return input
}

function onlyOutput (facts: Model): ModelOutput {
  const [output, ...others] = facts.outputs
  if (output === undefined || others.length > 0) throw unfit(facts, 'one output')
  return output
}

function labelTable (facts: Model): LabelTable {
  if (facts.labels === undefined || !('table' in facts.labels)) throw unfit(facts, 'a label table')
  const table = readLabelTable(facts.labels.table)
  if (table.length !== facts.labels.count) throw unfit(facts, `a table of ${facts.labels.count} labels`)
  return table
}

function unfit ({ id }: Model, lack: string): Failure {
  return new Failure('model_missing', `the model ${id} gives no labels: its row lacks ${lack}`)
}
