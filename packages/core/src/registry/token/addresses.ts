import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that only a machine's neighbours are in, such as a cloud's service with the machine's credentials. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

/** Networks that only an organisation's machines are in, and this machine itself (RFC 1918, 4193, 6598). */
const local = new BlockList();
for (const [address, length] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  local.addSubnet(address, length, 'ipv4');
local.addSubnet('fc00::', 7, 'ipv6');
local.addAddress('::1', 'ipv6');
local.addAddress('::', 'ipv6');

/** True for an address in `169.254.0.0/16` or `fe80::/10`, also one of IPv4 in the form of IPv6. */
export function isLinkLocal(address: string): boolean {
  return isIn(linkLocal, address);
}

/** True for an address of a private network or of this machine, link-local ones among them. */
export function isPrivate(address: string): boolean {
  return isLinkLocal(address) || isIn(local, address);
}

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** The host of a URL as an address or a name, without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Whether a URL leads to this machine by its own word. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/**
 * Looks names up for a connection, as node does by itself; `onRefused` makes the error for one that
 * has an address which `refuses` is true for.
 */
export function lookupElsewhere(
  refuses: (address: string) => boolean,
  onRefused: (address: string) => Error,
): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    lookup(hostname, options, (error, found: string | LookupAddress[], family) => {
      const addresses =
        typeof found === 'string' ? [found] : (found ?? []).map((each) => each.address);
      const refused = error ? undefined : addresses.find(refuses);
      callback(refused === undefined ? error : onRefused(refused), found, family);
    });
  };
}
