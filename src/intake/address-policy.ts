// Which addresses an image URL may lead to: public ones, and what the operator allows besides.
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'
import { Failure } from '../errors.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = readonly [network: Address, prefixLength: number]

/** The operator's exceptions, parsed. */
export interface AllowList {
  readonly ranges: readonly Range[]
  /** Host names in lower case, as URL parsers write them, without a trailing dot. */
  readonly hosts: ReadonlySet<string>
}

export interface AddressPolicy {
  /** Whether a connection to this IP address (text form, IPv6 without brackets) may be made. */
  isAllowed (address: string): boolean
  /** Whether the operator named this host, which makes its address irrelevant. */
  isAllowedHost (host: string): boolean
}

export interface AddressPolicyOptions {
  /** CIDRs, addresses and host names that are allowed besides public addresses. */
  readonly allow: readonly string[]
  /** The addresses of this machine, public or not: what listens behind them is ours. Read from the system if not given. */
  readonly ownAddresses?: () => readonly string[]
}

/** Public by its number, but Azure's host agent answers there, to virtual machines only. */
const AZURE_HOST_AGENT = '168.63.129.16'

/** All that is given out as global unicast so far; what lies outside embeds IPv4 or is not routed. */
const GLOBAL_UNICAST: Range = [ipaddr.IPv6.parse('2000::'), 3]

/**
 * Reads the list of exceptions.
 * @throws Error that names the first bad entry; its message completes "COMPUTE_FETCH_ALLOW ..."
 */
export function parseAllowList (entries: readonly string[]): AllowList {
  const ranges: Range[] = []
  const hosts = new Set<string>()
  for (const entry of entries.map(entry => entry.trim()).filter(entry => entry !== '')) {
    const range = parseRange(entry)
    if (range !== undefined) ranges.push(range)
    else hosts.add(parseHost(entry))
  }
  return { ranges, hosts }
}

/**
 * Makes the rule for addresses: global unicast is allowed, all special ranges (private, loopback, link-local, shared,
 * translated, tunnelled, reserved, ...) and the machine's own addresses are not, the exceptions are.
 * @throws Error that names the first bad entry of `allow`
 */
export function createAddressPolicy ({ allow, ownAddresses = readOwnAddresses }: AddressPolicyOptions): AddressPolicy {
  const { ranges, hosts } = parseAllowList(allow)
  return {
    isAllowed: (text) => {
      if (isIP(text) === 0) return false
      const address = ipaddr.process(text)
      if (ranges.some(range => isWithin(address, range))) return true
      return isPublic(address) && !ownAddresses().some(own => isIP(own) !== 0 && ipaddr.process(own).toString() === address.toString())
    },
    isAllowedHost: (host) => hosts.has(normalizeHost(host))
  }
}

/**
 * The one answer to every URL that policy refuses, whatever the reason, so that nobody can map the network behind the
 * server with it.
 */
export function urlRefused (cause?: unknown): Failure {
  return new Failure('url_refused', 'this URL is not fetched: only http and https URLs of public addresses, without a user name or password, are', { cause })
}

/** @throws Failure url_refused if a URL's scheme is not http or https, or if it holds credentials */
export function assertFetchable (url: URL): void {
  if (!['http:', 'https:'].includes(url.protocol)) throw urlRefused(`scheme ${url.protocol}`)
  if (url.username !== '' || url.password !== '') throw urlRefused('credentials')
}

function isPublic (address: Address): boolean {
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv6' ? isWithin(address, GLOBAL_UNICAST) : address.toString() !== AZURE_HOST_AGENT
}

function isWithin (address: Address, [network, prefixLength]: Range): boolean {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, prefixLength)
  return network instanceof ipaddr.IPv6 && address.match(network, prefixLength)
}

function readOwnAddresses (): readonly string[] {
  return Object.values(networkInterfaces()).flatMap(entries => entries ?? []).map(entry => entry.address)
}

function normalizeHost (host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

function parseRange (entry: string): Range | undefined {
  const [, address = '', prefix] = /^\[?([^\]/]+)\]?(?:\/(\d{1,3}))?$/.exec(entry) ?? []
  const family = isIP(address)
  if (family === 0) return undefined
  const widest = family === 4 ? 32 : 128
  const prefixLength = prefix === undefined ? widest : Number(prefix)
  if (prefixLength > widest) throw badEntry(entry)
  const network = ipaddr.parse(address)
  // An address is compared in its IPv4 form where it has one, so a mapped entry must be read the same way.
  if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && prefixLength >= 96) {
    return [network.toIPv4Address(), prefixLength - 96]
  }
  return [network, prefixLength]
}

function parseHost (entry: string): string {
  const host = normalizeHost(entry)
  // No ports, paths, wildcards or numbers in disguise: a name must survive URL parsing as it is, or as its punycode.
  if (!/^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u.test(host) || !URL.canParse(`http://${host}/`)) throw badEntry(entry)
  const parsed = new URL(`http://${host}/`).hostname
  if (isIP(parsed) !== 0) throw badEntry(entry)
  return parsed
}

function badEntry (entry: string): Error {
  return new Error(`holds ${JSON.stringify(entry)}, which is neither an IP address, a CIDR nor a host name`)
}
