import { isIP } from 'node:net';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { unreadableFlag } from './key-values.js';

/** A name that the build's steps find in `/etc/hosts`. */
export interface HostAddresses {
  readonly host: string;
  /** IP addresses, or `host-gateway`: the builder's host, where the builder says which that is. */
  readonly addresses: readonly string[];
}

/** Stands for the address of the builder's host. */
export const hostGateway = 'host-gateway';

/**
 * Reads `--add-host` as buildx does: `HOST=IP[,IP...]` or `HOST:IP`, IPv6 with or without brackets,
 * `host-gateway` in place of an address. Throws `INVALID_ARGUMENT`.
 */
export function parseAddHost(spec: string): HostAddresses {
  checkArgument('parseAddHost', 'spec', spec, text);
  const [, host = '', list = ''] =
    /^([^=]*)=(.*)$/s.exec(spec) ?? /^([^:]*):(.*)$/s.exec(spec) ?? [];
  return checkedHost({ host, addresses: list === '' ? [] : list.split(',') }, spec);
}

/** The entry with its addresses in their plain form; throws `INVALID_ARGUMENT` for what is no address. */
export function checkedHost(
  { host, addresses }: HostAddresses,
  spec = `${host}=${addresses.join(',')}`,
): HostAddresses {
  if (host === '' || /[\s,=]/.test(host) || addresses.length === 0)
    throw refused(spec, 'it is not HOST=IP');
  if (addresses.length === 1 && addresses[0] === hostGateway) return { host, addresses };
  const plain = addresses.map((address) => address.replace(/^\[(.+)\]$/, '$1'));
  const odd = plain.find((address) => isIP(address) === 0 || address.includes('%'));
  if (odd !== undefined) throw refused(spec, `${JSON.stringify(odd)} is not an IP address`);
  return { host, addresses: plain };
}

function refused(spec: string, why: string) {
  return unreadableFlag('--add-host', spec, why, 'write it like my-host=192.168.0.1');
}
