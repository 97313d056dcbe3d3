// Labels of people's faces: that there is one, and that it smiles. Of the expressions only that one is right often enough.
import type { ExpressionReader } from '../../engines/expression-reader.js'
import type { FaceDetector } from '../../engines/face-detector.js'
import type { LabelVoice } from '../../labels/fuse-labels.js'
import type { LabelSource } from '../classify-image.js'

/** Runs with the face detector that serves. */
export type UseFaceDetector = <R>(run: (detector: FaceDetector) => Promise<R>) => Promise<R>
/** Runs with the expression reader that serves. */
export type UseExpressionReader = <R>(run: (reader: ExpressionReader) => Promise<R>) => Promise<R>

const HUMAN_FACE = '/m/0dzct'
const SMILE = '/m/019nj4'
const SMILING = 'happy'
// From there on no false face was found on photographs (39 of them), and a smile was one.
const MIN_FACE_SCORE = 0.7
const MIN_SMILE_SCORE = 0.85
// Of the picture's shorter side: the labels say what a picture shows, and many show someone's face in passing.
const LEAST_SHARE = 0.25
// Where the heads see no person, the net that looks for faces is spared: of Caltech-101's and PACS's photographs 574 of the 579 of
// people have as much, and one in 28 of the 6,408 others.
const PERSON = '/m/01g317'
const LEAST_PERSON = 0.1
// Each costs a run of the net; the largest scores come first.
const MAX_EXPRESSIONS = 3

/** Makes the source. Without an expression reader there are no smiles. */
export function createFaceLabels (useDetector: UseFaceDetector, useReader?: UseExpressionReader): LabelSource {
  return {
    name: 'faces',
    general: false,
    async find (image, earlier) {
      if (!mayShowPeople(earlier)) return { scores: new Map() }
      const { width, height } = image.original
      const faces = (await useDetector(async detector => await detector.detect(image, MIN_FACE_SCORE)))
        .filter(({ box }) => Math.max(box.width, box.height) >= LEAST_SHARE * Math.min(width, height))
      const scores = new Map<string, number>()
      const [surest] = faces
      if (surest !== undefined) scores.set(HUMAN_FACE, surest.score)
      for (const { box } of useReader === undefined ? [] : faces.slice(0, MAX_EXPRESSIONS)) {
        const smiling = await useReader?.(async reader => (await reader.read(image, box)).get(SMILING) ?? 0) ?? 0
        if (smiling >= MIN_SMILE_SCORE) scores.set(SMILE, Math.max(scores.get(SMILE) ?? 0, smiling))
      }
      return { scores }
    }
  }
}

// Who knows nothing of people rules nobody out; nor does one who leads: among its thousand classes are hardly any of people.
function mayShowPeople (voices: readonly LabelVoice[]): boolean {
  const said = voices.filter(({ leads }) => leads === undefined).flatMap(({ scores }) => scores.get(PERSON) ?? [])
  return said.length === 0 || said.some(score => score >= LEAST_PERSON)
}
