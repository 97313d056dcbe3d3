// getToken: from an account's issued token to its documented shape.
import type { Accounts } from '../accounts/accounts.js'
import { API_VERSION, type TokenContent } from '../wire/token.js'

/** What a client gives to get a token, and the address that asks. */
export interface TokenRequest {
  readonly apiKey: string
  readonly login: string
  readonly password: string
  readonly address: string
}

/** @throws Failure bad_credentials, account_disabled, rate_limited */
export type IssueToken = (request: TokenRequest) => Promise<TokenContent>

/** Makes the service over the given accounts. */
export function createIssueToken (accounts: Pick<Accounts, 'issueToken'>): IssueToken {
  return async request => {
    const issued = await accounts.issueToken(request)
    return {
      token: {
        access_token: issued.accessToken,
        token_type: 'bearer',
        expires_in: issued.expiresInS,
        userName: issued.login,
        userId: issued.userId,
        organizationId: issued.organizationId,
        organizationName: issued.organizationName,
        roles: issued.roles.join(','),
        apiversion: API_VERSION,
        '.issued': issued.issuedAt.toUTCString(),
        '.expires': issued.expiresAt.toUTCString()
      }
    }
  }
}
