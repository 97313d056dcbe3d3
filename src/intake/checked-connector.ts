// Connections for image URLs. Every address is checked here, right before a socket is opened to it, so literals,
// redirects and names that change their mind all pass the same test.
import { lookup as systemLookup } from 'node:dns/promises'
import { type LookupFunction, type Socket, connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { buildConnector } from 'undici'
import { type AddressPolicy, urlRefused } from './address-policy.js'
import type { Gate } from './gate.js'

/** An address that a name resolved to. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** Resolves a host name to all its addresses; rejects with an error that has a `code`, as node:dns does. */
export type Lookup = (hostname: string) => Promise<readonly ResolvedAddress[]>

export interface CheckedConnectorOptions {
  readonly policy: AddressPolicy
  readonly lookup: Lookup
  /** Bounds the look-ups under way: each holds one of libuv's few threads for as long as a name server likes. */
  readonly lookupGate: Gate
  /** When aborted, the socket is closed, connected or not. */
  readonly signal: AbortSignal
  readonly onConnected: () => void
}

/** What localhost and all names below it are by RFC 6761; resolvers differ on them, and on a trailing dot. */
const LOOPBACK: readonly ResolvedAddress[] = [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]

/** The resolver of the operating system: hosts file, DNS, whatever is configured. */
export const lookupBySystem: Lookup = hostname => systemLookup(hostname, { all: true })

/**
 * Makes a connector for one request of an undici client. It fails with `urlRefused` if no address of the host is
 * allowed, and connects only to those that are.
 */
export function createCheckedConnector (options: CheckedConnectorOptions): buildConnector.connector {
  return ({ hostname, port, protocol }, callback) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    resolveAllowed(host, options).then(addresses => {
      options.signal.throwIfAborted()
      openSocket({ host, port, secure: protocol === 'https:' }, addresses, options, callback)
    }).catch((error: Error) => callback(error, null))
  }
}

async function resolveAllowed (host: string, { policy, lookup, lookupGate, signal }: CheckedConnectorOptions): Promise<readonly ResolvedAddress[]> {
  const found = isIP(host) === 0 ? await resolve(host, lookup, lookupGate, signal) : [{ address: host, family: isIP(host) }]
  const allowed = policy.isAllowedHost(host) ? found : found.filter(({ address }) => policy.isAllowed(address))
  if (allowed.length === 0) throw urlRefused(`${host} is at ${found.map(({ address }) => address).join(', ')}`)
  return allowed
}

async function resolve (host: string, lookup: Lookup, gate: Gate, signal: AbortSignal): Promise<readonly ResolvedAddress[]> {
  if (/(^|\.)localhost\.?$/i.test(host)) return LOOPBACK
  const leave = await gate.enter(signal)
  try {
    return await lookup(host)
  } finally {
    leave()
  }
}

interface Target {
  readonly host: string
  readonly port: string
  readonly secure: boolean
}

function openSocket (
  { host, port, secure }: Target, addresses: readonly ResolvedAddress[],
  { signal, onConnected }: CheckedConnectorOptions, callback: buildConnector.Callback
): void {
  // The name goes no further than this: the socket gets the addresses that were checked, and no second look-up.
  const lookup: LookupFunction = (_hostname, { all }, done) => {
    if (all === true) done(null, addresses.map(address => ({ ...address })))
    else done(null, addresses[0]?.address ?? '', addresses[0]?.family)
  }
  const tcp = { host, port: Number(port) || (secure ? 443 : 80), lookup, autoSelectFamily: true }
  const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : ''
  const socket: Socket = secure ? connectTls({ ...tcp, servername, ALPNProtocols: ['http/1.1'] }) : connectTcp(tcp)

  const onAbort = (): void => { socket.destroy() }
  signal.addEventListener('abort', onAbort, { once: true })
  let fault = new Error('the socket was closed before it was connected')
  const onError = (error: Error): void => { fault = error }
  const onUnconnected = (): void => callback(fault, null)
  socket.setNoDelay(true)
    .once('close', () => signal.removeEventListener('abort', onAbort))
    .once('close', onUnconnected)
    .once('error', onError)
    .once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('close', onUnconnected).off('error', onError)
      onConnected()
      callback(null, socket)
    })
}
