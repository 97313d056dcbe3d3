// From rows as SQLite hands them over to the store's types: the one place where `unknown` is narrowed.
import { type Organization, type Session, type StoredApiKey, type Usage, type User } from './account-store.js'

export const ORGANIZATION_COLUMNS = 'id, name, created_at'

/** Columns of a user joined with their organisation: `users AS u JOIN organizations AS o`. */
export const USER_COLUMNS = `u.id, u.organization_id, o.name AS organization_name, u.login, u.password_hash, u.roles,
  u.declared, u.disabled_at, u.created_at`

/** Columns of a key joined with its organisation: `api_keys AS k JOIN organizations AS o`. */
export const API_KEY_COLUMNS = `k.id, k.organization_id, o.name AS organization_name, k.name, k.secret_hash, k.declared,
  k.created_at, k.expires_at, k.revoked_at, k.last_used_at`

/** Columns of a token joined with its user and organisation: `tokens AS t JOIN users AS u JOIN organizations AS o`. */
export const SESSION_COLUMNS = `t.id AS token_id, t.key_id, t.user_id, u.login, u.roles, u.organization_id,
  o.name AS organization_name, t.issued_at, t.expires_at, u.disabled_at`

export const USAGE_COLUMNS = 'day, organization_id, key_id, function, calls, errors, total_ms'

/** In the place of a key's id in a row of usage from the console. */
export const NO_KEY = ''

const ROLE_SEPARATOR = ','

/** Roles as one column holds them; a role's name has no comma. */
export function joinRoles (roles: readonly string[]): string {
  return roles.join(ROLE_SEPARATOR)
}

/** A row of ORGANIZATION_COLUMNS. */
export function toOrganization (row: unknown): Organization {
  return { id: text(row, 'id'), name: text(row, 'name'), createdAt: time(row, 'created_at') }
}

/** A row of USER_COLUMNS. */
export function toUser (row: unknown): User {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    organizationName: text(row, 'organization_name'),
    login: text(row, 'login'),
    passwordHash: text(row, 'password_hash'),
    roles: splitRoles(text(row, 'roles')),
    declared: number(row, 'declared') !== 0,
    disabledAt: optionalTime(row, 'disabled_at'),
    createdAt: time(row, 'created_at')
  }
}

/** A row of API_KEY_COLUMNS. */
export function toApiKey (row: unknown): StoredApiKey {
  return {
    id: text(row, 'id'),
    organizationId: text(row, 'organization_id'),
    organizationName: text(row, 'organization_name'),
    name: text(row, 'name'),
    secretHash: text(row, 'secret_hash'),
    declared: number(row, 'declared') !== 0,
    createdAt: time(row, 'created_at'),
    expiresAt: optionalTime(row, 'expires_at'),
    revokedAt: optionalTime(row, 'revoked_at'),
    lastUsedAt: optionalTime(row, 'last_used_at')
  }
}

/** A row of SESSION_COLUMNS. */
export function toSession (row: unknown): Session {
  return {
    tokenId: text(row, 'token_id'),
    keyId: optionalText(row, 'key_id'),
    userId: text(row, 'user_id'),
    login: text(row, 'login'),
    roles: splitRoles(text(row, 'roles')),
    organizationId: text(row, 'organization_id'),
    organizationName: text(row, 'organization_name'),
    issuedAt: time(row, 'issued_at'),
    expiresAt: time(row, 'expires_at'),
    userDisabled: optionalTime(row, 'disabled_at') !== undefined
  }
}

/** A row of USAGE_COLUMNS. */
export function toUsage (row: unknown): Usage {
  const keyId = text(row, 'key_id')
  return {
    day: text(row, 'day'),
    organizationId: text(row, 'organization_id'),
    keyId: keyId === NO_KEY ? undefined : keyId,
    function: text(row, 'function'),
    calls: number(row, 'calls'),
    errors: number(row, 'errors'),
    totalMs: number(row, 'total_ms')
  }
}

/**
 * A column of text.
 * @throws TypeError when the row has no such column: the query and its reader disagree
 */
export function text (row: unknown, column: string): string {
  const value = field(row, column)
  if (typeof value !== 'string') throw new TypeError(`column ${column} is no text`)
  return value
}

function optionalText (row: unknown, column: string): string | undefined {
  return field(row, column) === null ? undefined : text(row, column)
}

function splitRoles (roles: string): readonly string[] {
  return roles.split(ROLE_SEPARATOR).filter(role => role !== '')
}

function number (row: unknown, column: string): number {
  const value = field(row, column)
  if (typeof value !== 'number') throw new TypeError(`column ${column} is no number`)
  return value
}

function time (row: unknown, column: string): Date {
  return new Date(number(row, column))
}

function optionalTime (row: unknown, column: string): Date | undefined {
  return field(row, column) === null ? undefined : time(row, column)
}

function field (row: unknown, column: string): unknown {
  if (typeof row !== 'object' || row === null) throw new TypeError('a row is missing')
  return Object.getOwnPropertyDescriptor(row, column)?.value
}
