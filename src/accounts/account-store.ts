// What the rest of the program knows of stored accounts: rows and operations. Nothing here tells which database keeps
// them; every operation is atomic, so that no caller needs a transaction.

/** A customer or department; users and keys belong to one. */
export interface Organization {
  /** 32 hex characters. */
  readonly id: string
  readonly name: string
  readonly createdAt: Date
}

/** Someone who signs in. */
export interface User {
  /** 32 hex characters. */
  readonly id: string
  readonly organizationId: string
  readonly organizationName: string
  /** As it was written; unique without regard to letter case. */
  readonly login: string
  readonly passwordHash: string
  readonly roles: readonly string[]
  /** Kept by the settings: set again at every start. */
  readonly declared: boolean
  readonly disabledAt: Date | undefined
  readonly createdAt: Date
}

/** A user to be stored; the organisation's name is the organisation's. */
export type NewUser = Omit<User, 'organizationName' | 'disabledAt'>

/** A stored API key: everything but the key. */
export interface StoredApiKey {
  readonly id: string
  readonly organizationId: string
  readonly organizationName: string
  readonly name: string
  readonly secretHash: string
  /** Kept by the settings: live again at every start. */
  readonly declared: boolean
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  /** Last sign-in with the key, or request with a token obtained by it; exact to a minute. */
  readonly lastUsedAt: Date | undefined
}

/** A key to be stored. */
export type NewApiKey = Omit<StoredApiKey, 'organizationName' | 'revokedAt' | 'lastUsedAt'>

/** A token to be stored: everything but the token. */
export interface NewToken {
  readonly id: string
  readonly tokenHash: string
  readonly userId: string
  /** The key that it was obtained with; undefined for a session of the console, which needs none. */
  readonly keyId: string | undefined
  readonly issuedAt: Date
  readonly expiresAt: Date
}

/** All that a request with a token needs to know, in one look-up. */
export interface Session {
  readonly tokenId: string
  /** undefined for a session of the console. */
  readonly keyId: string | undefined
  readonly userId: string
  readonly login: string
  readonly roles: readonly string[]
  readonly organizationId: string
  readonly organizationName: string
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly userDisabled: boolean
}

/** What a key's tokens, or the sessions of the console, called on one day. */
export interface Usage {
  /** YYYY-MM-DD in UTC. */
  readonly day: string
  readonly organizationId: string
  /** undefined: from the console. */
  readonly keyId: string | undefined
  /** As the API names it. */
  readonly function: string
  readonly calls: number
  /** Of these calls, those that were answered with an error. */
  readonly errors: number
  /** Time of all these calls together. */
  readonly totalMs: number
}

/** The account of an empty store: all of it is stored, or nothing. */
export interface FirstAccount {
  readonly organization: Organization
  readonly user: NewUser
  readonly apiKey: NewApiKey
  readonly token: NewToken
}

/** An account that the settings declare, and what was seen in the store when it was prepared. */
export interface DeclaredAccount {
  /** Used when there is no organisation yet. */
  readonly organization: Organization
  /** Roles are added to those of an existing user. `passwordHash` undefined: they exist and keep the one they have. */
  readonly user: Omit<NewUser, 'organizationId' | 'passwordHash'> & { readonly passwordHash: string | undefined }
  readonly apiKey: Omit<NewApiKey, 'organizationId'> | undefined
  readonly token: NewToken | undefined
  readonly seen: {
    /** No user was stored. */
    readonly empty: boolean
    readonly passwordHash: string | undefined
  }
}

/**
 * Keeps accounts. Times are exact to the millisecond. What a person was told (an account made, a key shown, anything
 * revoked) survives a power cut once its promise is fulfilled; a token issued or a key's last use need not.
 */
export interface AccountStore {
  /** All organisations, oldest first. */
  listOrganizations (): Promise<readonly Organization[]>

  /** True while nobody can sign in because no user was ever stored. */
  isEmpty (): Promise<boolean>
  /** By login, without regard to letter case. */
  findUser (login: string): Promise<User | undefined>
  /** All users, oldest first. */
  listUsers (): Promise<readonly User[]>
  /** @param newOrganization stored with the user, when given */
  createUser (user: NewUser, newOrganization?: Organization): Promise<'created' | 'login_taken' | 'organization_taken'>
  /** Disables the user at a moment, or enables them with undefined; an earlier moment is kept. False: no such user. */
  setUserDisabled (userId: string, disabledAt: Date | undefined): Promise<boolean>
  /** Changes the password and ends all of the user's tokens. False: no such user. */
  changePassword (userId: string, passwordHash: string): Promise<boolean>
  /** Puts a better hash of the same password in the place of `seenHash`, if that is still there; tokens live on. */
  upgradePasswordHash (userId: string, seenHash: string, passwordHash: string): Promise<void>

  findApiKey (id: string): Promise<StoredApiKey | undefined>
  /** All keys, oldest first, the revoked ones included. */
  listApiKeys (): Promise<readonly StoredApiKey[]>
  createApiKey (apiKey: NewApiKey): Promise<void>
  /** Revokes the key and ends the tokens obtained with it. False: no such key, or revoked before. */
  revokeApiKey (id: string, revokedAt: Date): Promise<boolean>
  /** Notes a use of the key, unless one is noted that is less than `leastGapMs` older. */
  noteKeyUse (id: string, usedAt: Date, leastGapMs: number): Promise<void>

  /**
   * Stores a token if what its sign-in saw still holds: the user is enabled and has `seenPasswordHash`, and the key, if
   * there is one, is not revoked. False: it does not hold, and nothing is stored.
   */
  createToken (token: NewToken, seenPasswordHash: string): Promise<boolean>
  findSession (tokenHash: string): Promise<Session | undefined>
  /** The tokens of a user, or all; oldest first. */
  listSessions (userId?: string): Promise<readonly Session[]>
  /** False: no such token. */
  revokeToken (token: { readonly id: string } | { readonly tokenHash: string }): Promise<boolean>
  /** @returns how many there were */
  revokeTokensOfUser (userId: string): Promise<number>
  /** Forgets at most `limit` tokens that expired before a moment. @returns how many */
  purgeTokens (expiredBefore: Date, limit: number): Promise<number>

  /** Adds to what is stored of the same day, organisation, key and function: all of it or, where this throws, nothing. */
  addUsage (usage: readonly Usage[]): Promise<void>
  /** From one day to another, both included; by day, key and function. */
  listUsage (range: { readonly organizationId: string, readonly fromDay: string, readonly toDay: string }): Promise<readonly Usage[]>
  /** Forgets the usage of days before one. */
  purgeUsage (beforeDay: string): Promise<void>

  /**
   * Stores the first account if the store is empty. `announce` runs when it is certain to be the first, just before it
   * becomes permanent: a crash in between leaves an empty store, never an account whose password nobody was told.
   * It must do its work at once, and when it throws nothing is stored. False: the store was not empty.
   */
  createFirstAccount (account: FirstAccount, announce: () => void): Promise<boolean>
  /**
   * Makes the declared user and key exist, enabled and live; a changed password ends the user's tokens. A user or key
   * that was declared before and is no longer is disabled or revoked; nothing else is touched. `announce` as above.
   * @returns 'changed_meanwhile' when the store is not as it was `seen`: nothing is stored, look again
   * @returns 'key_taken' when another key has the declared key's id
   */
  declareAccount (account: DeclaredAccount, announce: () => void): Promise<'declared' | 'changed_meanwhile' | 'key_taken'>

  close (): Promise<void>
}
