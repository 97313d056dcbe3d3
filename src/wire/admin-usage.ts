// Calls by day, key and function. Not part of the hosted service.
import { Type, type Static } from 'typebox'

const day = (description: string) => Type.String({ format: 'date', description })

/** The usage of the caller's organisation. */
export const UsageSchema = Type.Object({
  from: day('the first day, in UTC like all days here'),
  to: day('today'),
  rows: Type.Array(Type.Object({
    day: day('a day with calls'),
    keyId: Type.Optional(Type.String({ description: 'the API key whose tokens called; left out for calls from the console' })),
    function: Type.String(),
    calls: Type.Integer({ minimum: 1 }),
    errors: Type.Integer({ minimum: 0, description: 'calls that were answered with an error' }),
    meanMs: Type.Number({ minimum: 0, description: 'mean time of a call, from its first byte to the last of its answer' })
  }), { description: 'by day, key and function' })
})
export type Usage = Static<typeof UsageSchema>
