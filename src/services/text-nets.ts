// The nets of textDetection, as the manifest describes them.
import { readFileSync } from 'node:fs'
import type { PriorUse } from '../engines/text/beam-search.js'
import { parsePrior } from '../engines/text/language-prior.js'
import type { LineDetectorModel } from '../engines/text/line-detector.js'
import { type LineAnswer, type LineRecogniserModel, parseAlphabet } from '../engines/text/line-recogniser.js'
import type { LoadedFrom } from '../runtime/loaded-from.js'
import type { ImageInput } from '../runtime/model-facts.js'
import type { Model } from '../runtime/model-manifest.js'
import type { ModelStore } from '../runtime/model-store.js'

const DETECTOR = 'pp-ocrv4-det'
const RECOGNISER = 'pp-ocrv4-rec'
const LATIN_READER = 'latin-line-reader'

/** All of them, to load them ahead. @throws Failure model_missing */
export function textNets (models: ModelStore): LoadedFrom[] {
  return [openLineDetector(models).net, openLineRecogniser(models).net]
}

/** The net that finds lines. @throws Failure model_missing */
export function openLineDetector (models: ModelStore): LineDetectorModel {
  const { facts } = models.find(DETECTOR, [])
  const output = outputOf(facts)
  return { net: models.find(DETECTOR, [output]).net, input: imageInputOf(facts), output }
}

/**
 * The recogniser that reads them: the net of our own goes on inside the general one, so that one run gives the answers of both.
 * @throws Failure model_missing
 */
export function openLineRecogniser (models: ModelStore): LineRecogniserModel {
  const general = models.find(RECOGNISER, []).facts
  const latin = models.forTask('text-recognition').find(({ facts }) => facts.id === LATIN_READER)?.facts
  const answers = {
    general: answerOf(general, models),
    latin: latin === undefined ? undefined : { ...answerOf(latin, models), prior: priorOf(latin, models) }
  }
  const outputs = [answers.general, ...(answers.latin === undefined ? [] : [answers.latin])].map(({ output }) => output)
  const { facts, net } = models.find((latin ?? general).id, outputs)
  return { net, input: imageInputOf(facts), ...answers }
}

function answerOf (facts: Model, models: ModelStore): LineAnswer {
  const { id, transcription } = facts
  if (transcription === undefined) throw new Error(`the manifest's row of ${id} does not say how to read its classes`)
  const { alphabet, spaceClass, spaceThreshold } = transcription
  return { output: outputOf(facts), alphabet: parseAlphabet(readFileSync(models.fileOf(id, alphabet), 'utf8'), spaceClass, spaceThreshold) }
}

function priorOf ({ id, transcription }: Model, models: ModelStore): PriorUse {
  if (transcription?.prior === undefined) throw new Error(`the manifest's row of ${id} lacks its prior`)
  const { file, weight, bonus } = transcription.prior
  return { prior: parsePrior(readFileSync(models.fileOf(id, file))), weight, bonus }
}

function imageInputOf ({ id, inputs }: Model): ImageInput {
  const input = inputs.find(input => input.kind === 'image')
  if (input === undefined) throw new Error(`the manifest's row of ${id} lacks an image input`)
  return input
}

function outputOf ({ id, outputs: [output] }: Model): string {
  if (output === undefined) throw new Error(`the manifest's row of ${id} lacks an output`)
  return output.name
}
