// What logins, roles and names may look like, and the ids of users and organisations.
import { randomBytes } from 'node:crypto'
import { Failure } from '../errors.js'

/** Logins travel in the header `userName` and in shell commands: ASCII that needs no quoting; an e-mail address fits. */
const LOGIN_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/
const MAX_NAME_LENGTH = 100

/** May administer accounts. */
export const ADMINISTRATOR = 'Administrator'
/** May call the image functions. */
export const USER = 'User'
/** Every role there is. */
export const ROLES: readonly string[] = [ADMINISTRATOR, USER]

/** A new id of a user or an organisation: 32 hex characters, random. */
export function newId (): string {
  return randomBytes(16).toString('hex')
}

/** True for text that can be a login at all. */
export function isLogin (text: string): boolean {
  return LOGIN_PATTERN.test(text)
}

/** The form in which logins and organisation names are compared: letter case does not count. */
export function foldName (text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** @throws Failure invalid_request when `login` cannot be a login */
export function checkLogin (login: string): void {
  if (!isLogin(login)) {
    throw new Failure('invalid_request', 'A login has 1 to 100 letters, digits or . _ @ + - and begins with a letter or digit')
  }
}

/** @throws Failure invalid_request when one of `roles` does not exist or none is given */
export function checkRoles (roles: readonly string[]): void {
  const unknown = roles.find(role => !ROLES.includes(role))
  if (unknown !== undefined || roles.length === 0) {
    throw new Failure('invalid_request', `Roles are ${ROLES.join(' and ')}${unknown === undefined ? '; give at least one' : `; ${JSON.stringify(unknown.slice(0, MAX_NAME_LENGTH))} is none`}`)
  }
}

/**
 * The name of a key or an organisation without blanks at its ends.
 * @throws Failure invalid_request when nothing is left, it is too long or holds control characters
 */
export function checkName (what: string, name: string): string {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(trimmed)) {
    throw new Failure('invalid_request', `The ${what} must have 1 to ${MAX_NAME_LENGTH} characters and no control characters`)
  }
  return trimmed
}
