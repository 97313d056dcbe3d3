// The envelope around every answer, and the JSON text that clients of the service are used to.
import { type TObject, type TSchema, Type, type Static } from 'typebox'
import { createWriter, writeString, type JsonWriter } from './json-text.js'

/** What every answer is wrapped in. `code` is text; "0" means that all went well. */
export const EnvelopeSchema = Type.Object({
  content: Type.Object({}),
  code: Type.String({ description: '"0" if all went well, else a negative number as text' }),
  message: Type.String({ description: 'for people' })
})
export type Envelope = Static<typeof EnvelopeSchema>

/** The schema of an envelope that holds the given content. */
export function envelopeOf<C extends TSchema> (content: C): TObject {
  return Type.Object({ ...EnvelopeSchema.properties, content })
}

/**
 * Makes the function that turns a content into the body of a successful answer: ASCII JSON as bytes.
 * @throws TypeError (from the returned function) where the content does not fit its schema
 */
export function createEnvelopeWriter<C extends TSchema> (content: C): (value: Static<C>) => Buffer {
  const writeContent: JsonWriter = createWriter(content)
  return value => Buffer.from(`{"content":${writeContent(value)},"code":"0","message":"ok"}`, 'latin1')
}

/** The body of a failed answer: the same three keys, with an empty content. */
export function writeErrorEnvelope (code: string, message: string): Buffer {
  return Buffer.from(`{"content":{},"code":${writeString(code)},"message":${writeString(message)}}`, 'latin1')
}
