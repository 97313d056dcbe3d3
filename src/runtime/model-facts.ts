// The facts that stand beside a model's weights in models/manifest.json: what goes in, what comes out, who allows it.
// Engines read them and hold no such numbers themselves.
import { type Static, type TLiteral, type TUnion, Type } from 'typebox'
import { MODEL_TASKS, type ModelTask } from './model-tasks.js'

/** For schemas of what people write by hand: a name that is misspelt is a fault, not left out in silence. */
export const NOTHING_ELSE = { additionalProperties: false } as const

const SideSchema = Type.Integer({ minimum: 1 })

type LiteralsOf<Names extends readonly string[]> = { -readonly [K in keyof Names]: TLiteral<Names[K] & string> }
/** What a model is for. */
export const ModelTaskSchema = Type.Union(MODEL_TASKS.map(task => Type.Literal(task))) as unknown as TUnion<LiteralsOf<typeof MODEL_TASKS>>
export type { ModelTask }

/**
 * How a picture becomes the input tensor. Each value is (byte / divisor - mean) / std of its channel; mean and std have
 * one entry a channel, in the order of `channels`.
 */
export const ImageInputSchema = Type.Object({
  kind: Type.Literal('image'),
  /** The tensor's name. */
  name: Type.String({ minLength: 1 }),
  type: Type.Union([Type.Literal('float32'), Type.Literal('float16')]),
  layout: Type.Union([Type.Literal('NCHW'), Type.Literal('NHWC')]),
  channels: Type.Union([Type.Literal('RGB'), Type.Literal('BGR'), Type.Literal('grey')]),
  /** Shares of red, green and blue in a grey value. */
  greyWeights: Type.Optional(Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { minItems: 3, maxItems: 3 })),
  divisor: Type.Number({ exclusiveMinimum: 0 }),
  mean: Type.Array(Type.Number(), { minItems: 1, maxItems: 3 }),
  std: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1, maxItems: 3 }),
  /**
   * How the picture meets the size. `stretch`: both sides alone. `letterbox-centre` and `letterbox-top-left`: aspect
   * kept, the rest filled with the byte `pad`. `centre-crop`: the short side becomes `shortSide`, then the middle is cut out.
   */
  fit: Type.Union([Type.Literal('stretch'), Type.Literal('letterbox-centre'), Type.Literal('letterbox-top-left'), Type.Literal('centre-crop')]),
  pad: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
  shortSide: Type.Optional(SideSchema),
  /** Where the picture is the square around a box: how many times the box's longer side it measures. */
  boxScale: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /**
   * One size only; or every size whose sides are multiples of a number, with the usual side for each task and the kernel by
   * which pictures are shrunk to it, where that is not the usual one.
   */
  size: Type.Union([
    Type.Object({ height: SideSchema, width: SideSchema }, NOTHING_ELSE),
    Type.Object({
      multipleOf: SideSchema,
      usualSides: Type.Partial(Type.Record(ModelTaskSchema, SideSchema)),
      kernels: Type.Optional(Type.Partial(Type.Record(ModelTaskSchema, Type.Literal('linear'))))
    }, NOTHING_ELSE)
  ])
}, NOTHING_ELSE)
export type ImageInput = Static<typeof ImageInputSchema>

/** An input that is no picture: features of another model, a size. A side in words is open. */
export const ValuesInputSchema = Type.Object({
  kind: Type.Literal('values'),
  name: Type.String({ minLength: 1 }),
  type: Type.Union([Type.Literal('float32'), Type.Literal('int64')]),
  shape: Type.Array(Type.Union([SideSchema, Type.String()])),
  /** What an adapter that knows no names puts in. `picture-size`: width and height, to which the net scales its boxes. */
  role: Type.Optional(Type.Literal('picture-size')),
  meaning: Type.String({ minLength: 1 })
}, NOTHING_ELSE)
export type ValuesInput = Static<typeof ValuesInputSchema>

/** One output. A side in words, as "height / 4", is reckoned from the input's. */
export const ModelOutputSchema = Type.Object({
  /** The tensor's name, by which an engine asks for it. */
  name: Type.String({ minLength: 1 }),
  type: Type.Union([Type.Literal('float32'), Type.Literal('float16'), Type.Literal('int64')]),
  shape: Type.Array(Type.Union([SideSchema, Type.String()])),
  /** Input pixels from one cell of a map to the next. */
  stride: Type.Optional(SideSchema),
  /** What the last layer has applied: logits want a sigmoid or a softmax, probabilities nothing. */
  activation: Type.Union([Type.Literal('none'), Type.Literal('logits'), Type.Literal('sigmoid'), Type.Literal('softmax')]),
  meaning: Type.String({ minLength: 1 })
}, NOTHING_ELSE)
export type ModelOutput = Static<typeof ModelOutputSchema>

/**
 * How the outputs of a detector become boxes: `centernet` has maps of centres and of sides, `candidates` a list of
 * classes, boxes and scores, `yolox` a row for each cell of three grids.
 */
export const DetectionHeadSchema = Type.Union([Type.Literal('centernet'), Type.Literal('candidates'), Type.Literal('yolox')])
export type DetectionHeadName = Static<typeof DetectionHeadSchema>

/** What one party allows. Where nothing is stated the name is "none stated", and that is said, not guessed. */
export const LicenceSchema = Type.Object({
  /** SPDX identifier, or "none stated". */
  name: Type.String({ minLength: 1 }),
  /** What it covers. */
  covers: Type.String({ minLength: 1 }),
  /** Where it is stated, or where it would be. */
  source: Type.String({ pattern: '^https://' }),
  note: Type.Optional(Type.String())
}, NOTHING_ELSE)
export type Licence = Static<typeof LicenceSchema>

/** What the classes of an output are called: a table elsewhere by its name, or the names themselves, by index. */
export const ClassLabelsSchema = Type.Union([
  Type.Object({ table: Type.String({ pattern: '^[a-z0-9-]+$' }), count: SideSchema }, NOTHING_ELSE),
  Type.Object({ names: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }) }, NOTHING_ELSE)
])
export type ClassLabels = Static<typeof ClassLabelsSchema>

/** How the classes of a recogniser's steps become text (CTC). Class 0 is the blank, then comes the alphabet. */
export const TranscriptionSchema = Type.Object({
  /** Name of the model's file that holds one character a line. */
  alphabet: Type.String({ minLength: 1 }),
  /** `last`: the class behind the alphabet is the space; `listed`: it stands in the alphabet. */
  spaceClass: Type.Union([Type.Literal('last'), Type.Literal('listed')]),
  /** A space stands between two characters where its probabilities, over the steps from one to the other, add up to this. */
  spaceThreshold: Type.Number({ minimum: 0, maximum: 1 }),
  /** How a language has its say in decoding: a model of characters, its weight, and what each character is given for its length. */
  prior: Type.Optional(Type.Object({
    /** The name of the model's file that holds it. */
    file: Type.String({ minLength: 1 }),
    weight: Type.Number({ minimum: 0 }),
    bonus: Type.Number()
  }, NOTHING_ELSE))
}, NOTHING_ELSE)
export type Transcription = Static<typeof TranscriptionSchema>

/**
 * How a model stands among those for the same task: of those that are here the one with the highest rank serves. The
 * reason is what was measured, or published where nobody has run the file.
 */
export const PreferenceSchema = Type.Object({ rank: Type.Integer({ minimum: 0 }), reason: Type.String({ minLength: 1 }) }, NOTHING_ELSE)
export type Preference = Static<typeof PreferenceSchema>
