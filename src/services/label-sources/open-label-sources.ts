// The sources of labels that the installed models make: which model is which kind of source, read off its row.
import { Failure } from '../../errors.js'
import { createClassifier } from '../../engines/classifier.js'
import { type ExpressionReader, createExpressionReader } from '../../engines/expression-reader.js'
import { createFaceDetector } from '../../engines/face-detector.js'
import { createLabelHeads } from '../../engines/label-heads.js'
import { UNCALIBRATED } from '../../imaging/calibration.js'
import type { LabelGraph } from '../../labels/label-graph.js'
import type { InferencePool } from '../../runtime/inference-pool.js'
import { type LabelTable, readLabelTable } from '../../runtime/label-table.js'
import { type ModelChoice, type ModelChoiceParts, createModelChoice } from '../../runtime/model-choice.js'
import type { ImageInput, ModelOutput, ModelTask } from '../../runtime/model-facts.js'
import type { Model } from '../../runtime/model-manifest.js'
import type { InstalledModel, ModelStore } from '../../runtime/model-store.js'
import type { LabelSource } from '../classify-image.js'
import { createFaceLabels } from './face-labels.js'
import { type LabellingHeads, createHeadLabels } from './head-labels.js'
import { createToneLabels } from './tone-labels.js'
import { type LabellingClassifier, createWholePictureLabels } from './whole-picture-labels.js'

export interface LabelSourcesParts {
  readonly pool: InferencePool
  readonly models: ModelStore
  readonly graph: LabelGraph
  readonly reportFault: NonNullable<ModelChoiceParts<never>['reportFault']>
}

/** The sources, and how their models are loaded ahead. */
export interface OpenedLabelSources {
  /**
   * In the order in which they are to be asked. What has to be pulled and was not is no source; what belongs to the
   * embedded set is one even where its model is missing, so that this is told.
   */
  readonly sources: readonly LabelSource[]
  /** By task. */
  readonly choices: ReadonlyMap<ModelTask, LoadableChoice>
}

/** Part of a choice of models: what a start and the list of models want of it. */
export type LoadableChoice = Pick<ModelChoice<unknown>, 'warm' | 'serving'>

export function openLabelSources ({ pool, models, graph, reportFault }: LabelSourcesParts): OpenedLabelSources {
  function choose<T> (task: ModelTask, isOfUse: (facts: Model) => boolean, open: (model: InstalledModel) => T): ModelChoice<T> {
    const store = { forTask: (task: ModelTask) => models.forTask(task).filter(({ facts }) => isOfUse(facts)), lackFor: (task: ModelTask) => models.lackFor(task) }
    return createModelChoice({ store, task, open, reportFault })
  }

  const heads = choose('classification', hasStyles, model => openHeads(pool, model))
  const classifier = choose('classification', facts => !hasStyles(facts), model => openClassifier(pool, model))
  const faces = choose('face-detection', () => true, ({ facts, netWith }) => createFaceDetector(pool, {
    net: netWith(facts.outputs.map(({ name }) => name)), input: imageInput(facts), outputs: facts.outputs
  }))
  const expressions = choose('expression', () => true, model => openExpressionReader(pool, model))
  const hasClassifier = classifier.serving() !== undefined
  return {
    sources: [
      createHeadLabels(run => heads.use(run), graph),
      ...hasClassifier ? [createWholePictureLabels(run => classifier.use(run), graph)] : [],
      createFaceLabels(run => faces.use(run), run => expressions.use(run)),
      createToneLabels(graph)
    ],
    choices: new Map<ModelTask, LoadableChoice>([
      ['classification', {
        async warm (load) {
          if (heads.serving() !== undefined) await heads.warm(load)
          if (hasClassifier || heads.serving() === undefined) await classifier.warm(load)
        },
        serving: () => classifier.serving() ?? heads.serving()
      }],
      ['face-detection', faces],
      ['expression', expressions]
    ])
  }
}

/** What tells the heads from a classifier. */
function hasStyles ({ styles }: Model): boolean {
  return styles !== undefined
}

function openHeads (pool: InferencePool, { facts, netWith }: InstalledModel): LabellingHeads {
  if (facts.styles === undefined) throw unfit(facts, 'the styles')
  return {
    heads: createLabelHeads(pool, { net: netWith(facts.outputs.map(({ name }) => name)), input: imageInput(facts), styles: facts.styles }),
    labels: labelTable(facts)
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
