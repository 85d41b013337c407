import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that only a machine's neighbours are in, such as a cloud's service with the machine's credentials. */
const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

/** True for an address in `169.254.0.0/16` or `fe80::/10`, also one of IPv4 in the form of IPv6. */
export function isLinkLocal(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Looks names up for a connection, as node does by itself; `onLinkLocal` makes the error for one that is link-local. */
export function lookupElsewhere(onLinkLocal: (address: string) => Error): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    lookup(hostname, options, (error, found: string | LookupAddress[], family) => {
      const addresses =
        typeof found === 'string' ? [found] : (found ?? []).map((each) => each.address);
      const near = error ? undefined : addresses.find(isLinkLocal);
      callback(near === undefined ? error : onLinkLocal(near), found, family);
    });
  };
}
