// Which passwords are accepted, and passwords made for people to copy.
import { Failure } from '../errors.js'
import { randomBase32 } from './base32.js'

const MIN_PASSWORD_LENGTH = 10
/** Far above any passphrase; keeps a megabyte of "password" away from the hash. */
export const MAX_PASSWORD_LENGTH = 1024
/** Fewer different characters than this is a pattern such as 1111111111 or ababababab. */
const MIN_DIFFERENT_CHARACTERS = 5

/** Words that stand in examples and defaults; a password made of nothing else, digits and signs aside, is refused. */
const PLACEHOLDER = /^(?:change(?:me|it|this)|replace(?:me|this)|passw[o0]?r?d|passwort|admin(?:istrator)?|root|secret|default|letmein|qwert[yz]|your|my|the|here)+$/

/**
 * A random password for a person to copy: four groups of five characters, 100 bits. It needs no quoting in a shell, a
 * URL or a form body.
 */
export function randomPassword (): string {
  return Array.from({ length: 4 }, () => randomBase32(5)).join('-')
}

/**
 * @param login whose password it will be: it must not be the login itself
 * @throws Failure invalid_request for a password that is too short, too long or an obvious placeholder
 */
export function checkPassword (password: string, login: string): void {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw new Failure('invalid_request', `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters; this one has ${password.length}`)
  }
  if (isPlaceholder(password) || new Set(password).size < MIN_DIFFERENT_CHARACTERS || password.toLowerCase() === login.toLowerCase()) {
    throw new Failure('invalid_request', 'This password is a placeholder or too easy to guess: choose another, or let compute-api generate one')
  }
}

/** True for text that was put there to be replaced: "changeme", "Password-123", "admin_admin_2024". */
export function isPlaceholder (text: string): boolean {
  const lower = text.toLowerCase()
  return PLACEHOLDER.test(lower.replace(/[^a-z]/g, '')) || /^(?:0?1234567890?)+$/.test(lower)
}
