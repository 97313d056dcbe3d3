// getToken's answer.
import { Type, type Static } from 'typebox'

/** An access token as the hosted service describes it; `.issued` and `.expires` are in the form of RFC 7231 dates. */
export const TokenContentSchema = Type.Object({
  token: Type.Object({
    access_token: Type.String(),
    token_type: Type.Literal('bearer'),
    expires_in: Type.Integer({ description: 'seconds' }),
    userName: Type.String(),
    userId: Type.String(),
    organizationId: Type.String(),
    organizationName: Type.String(),
    roles: Type.String({ description: 'joined by commas' }),
    apiversion: Type.String(),
    '.issued': Type.String(),
    '.expires': Type.String()
  })
})
export type TokenContent = Static<typeof TokenContentSchema>

/** The version that the hosted service states in its tokens; clients may look at it. */
export const API_VERSION = '3.2.0'
