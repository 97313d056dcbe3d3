// Which addresses count as one when attempts are limited.
import ipaddr from 'ipaddr.js'

const GROUP_BITS = 64

/**
 * The name under which an address is counted: an IPv4 address by itself, also when it is written as IPv6; an IPv6
 * address with its /64, since that is the least a subscriber gets and may pick from at will. Anything else, such as
 * the empty name of a Unix socket's peer, by itself.
 */
export function addressGroup (text: string): string {
  const address = withoutPort(text)
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString()
  const network = parsed.parts.map((part, index) => index * 16 < GROUP_BITS ? part : 0)
  return `${new ipaddr.IPv6(network).toString()}/${GROUP_BITS}`
}

/** Some proxies forward 192.0.2.1:49152 or [2001:db8::1]:49152; every connection has a port of its own. */
function withoutPort (text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
}
