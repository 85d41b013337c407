import { WarmdockError } from '../../errors.js';
import { parsePlatform } from '../../oci/platform.js';
import { checkedHost } from '../flags/add-host.js';
import { attestAttrs } from '../flags/attestation.js';
import { parseCsvFields } from '../flags/csv-fields.js';
import { checkedUlimit, formatUlimit } from '../flags/ulimit.js';
import type { NetworkMode } from './build-plan.js';
import type { ParsedOptions } from './parse-options.js';

/** The options that are attributes of BuildKit's `dockerfile.v0`; throws `INVALID_ARGUMENT`. */
export function optionAttrs(options: ParsedOptions): Record<string, string> {
  const attrs: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.buildArgs ?? {}))
    attrs[`build-arg:${name}`] = value;
  for (const [name, value] of Object.entries(options.labels ?? {})) attrs[`label:${name}`] = value;
  if (options.target) attrs.target = options.target;
  for (const platform of options.platforms ?? []) parsePlatform(platform);
  if (options.platforms?.length) attrs.platform = options.platforms.join(',');
  if (options.pull) attrs['image-resolve-mode'] = 'pull';
  if (options.noCache === true) attrs['no-cache'] = '';
  else if (options.noCache && options.noCache.length > 0)
    attrs['no-cache'] = options.noCache.join(',');
  return { ...attrs, ...stepAttrs(options), ...attestAttrs(options.attestations ?? []) };
}

/** How the steps run. */
function stepAttrs(options: ParsedOptions): Record<string, string> {
  const { addHosts = [], ulimits = [], shmSizeBytes, cgroupParent } = options;
  const network = checkedNetwork(options.network);
  const hosts = addHosts.map((entry) => checkedHost(entry));
  const limits = new Map(ulimits.map((limit) => [limit.name, formatUlimit(checkedUlimit(limit))]));
  return {
    ...(network !== undefined && { 'force-network-mode': network }),
    ...(hosts.length > 0 && {
      'add-hosts': hosts
        .flatMap(({ host, addresses }) => addresses.map((address) => `${host}=${address}`))
        .join(','),
    }),
    ...(limits.size > 0 && { ulimit: [...limits.values()].sort().join(',') }),
    ...(checkedSize(shmSizeBytes) && { 'shm-size': String(shmSizeBytes) }),
    ...(cgroupParent && { 'cgroup-parent': cgroupParent }),
  };
}

function checkedNetwork(network: NetworkMode | undefined): 'none' | 'host' | undefined {
  if (network === 'none' || network === 'host') return network;
  if (network === undefined || network === 'default') return undefined;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot build with network ${JSON.stringify(network)}: BuildKit knows default, none and host`,
    { hint: 'a network of your own is one of the builder, not of a build' },
  );
}

function checkedSize(shmSizeBytes = 0): boolean {
  if (Number.isSafeInteger(shmSizeBytes) && shmSizeBytes >= 0) return shmSizeBytes > 0;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot build with ${shmSizeBytes} bytes of /dev/shm`,
  );
}

/** What the steps may do, with what the options imply; throws `INVALID_ARGUMENT` for what BuildKit does not know. */
export function entitlementsOf({ allow = [], network }: ParsedOptions): string[] {
  const asked = allow.filter((entitlement) => entitlement !== '');
  for (const entitlement of asked) checkEntitlement(entitlement);
  return [...new Set(network === 'host' ? [...asked, 'network.host'] : asked)];
}

function checkEntitlement(entitlement: string): void {
  const [, device] = /^device(?:=(.*))?$/s.exec(entitlement) ?? [];
  if (device !== undefined) {
    const odd = parseCsvFields(device, 'allowed device')
      .slice(1)
      .find((field) => !field.startsWith('alias='));
    if (odd === undefined) return;
  } else if (/^(network\.host|security\.insecure|device)$/.test(entitlement)) return;
  throw new WarmdockError('INVALID_ARGUMENT', `cannot allow ${entitlement}: no such entitlement`, {
    hint: 'there are network.host, security.insecure and device[=NAME]',
  });
}
