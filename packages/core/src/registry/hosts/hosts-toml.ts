import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import * as z from 'zod/mini';
import { messageOf, WarmdockError } from '../../errors.js';
import type { HostCapability, HostTls, RegistryHost } from '../http/registry-host.js';
import { readText } from './certs-d.js';

/** What containerd's `hosts.toml` says: mirrors first, in their order, then the registry itself. */
export interface HostsFile {
  readonly path: string;
  readonly mirrors: readonly RegistryHost[];
  /** Where the registry itself is, when the file says so. */
  readonly server: RegistryHost | undefined;
}

const texts = z.union([z.string(), z.array(z.string())]);
const capability = z.enum(['pull', 'resolve', 'push', 'referrers']);
const fields = {
  capabilities: z.optional(z.array(capability)),
  ca: z.optional(texts),
  client: z.optional(z.union([z.string(), z.array(texts)])),
  skip_verify: z.optional(z.boolean()),
  header: z.optional(z.record(z.string(), texts)),
  override_path: z.optional(z.boolean()),
  dial_timeout: z.optional(z.string()),
};
const hostSchema = z.looseObject(fields);
const fileSchema = z.looseObject({
  ...fields,
  server: z.optional(z.string()),
  host: z.optional(z.record(z.string(), hostSchema)),
});

type HostTable = z.output<typeof hostSchema>;

/** Containerd's default: a mirror without a word may do all but be asked for referrers. */
const defaultCapabilities: readonly HostCapability[] = ['pull', 'resolve', 'push'];
const defaultDialMs = 30_000;

/**
 * Reads `HOST/hosts.toml`, or `_default/hosts.toml`, in the first folder that has one.
 *
 * Throws `INVALID_ARGUMENT` for one that containerd would not read.
 */
export async function readHostsToml(
  directories: readonly string[],
  registry: string,
): Promise<HostsFile | undefined> {
  for (const directory of directories)
    for (const name of [registry, registry.replace(':', '_'), '_default']) {
      const path = join(directory, name, 'hosts.toml');
      const text = await readIfThere(path);
      if (text !== undefined) return parseHosts(text, path);
    }
  return undefined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalid(path, messageOf(cause), cause);
  }
}

async function parseHosts(text: string, path: string): Promise<HostsFile> {
  const file = checked(text, path);
  const mirrors = Object.entries(file.host ?? {});
  return {
    path,
    mirrors: await Promise.all(mirrors.map(([url, table]) => hostOf(url, table, path))),
    server: file.server === undefined ? undefined : await hostOf(file.server, file, path),
  };
}

function checked(text: string, path: string): z.output<typeof fileSchema> {
  const { data, error } = fileSchema.safeParse(parsed(text, path));
  if (data) return data;
  const [issue] = error.issues;
  throw invalid(path, `the value of ${issue?.path.join('.')} is not one that is allowed`);
}

/** The parser's error quotes the file, where headers may be secret: only its first line does not. */
function parsed(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const [what] = messageOf(error).split('\n', 1);
    const place = error instanceof TomlError ? `line ${error.line}: ` : '';
    throw invalid(path, `${place}${what}`);
  }
}

async function hostOf(address: string, table: HostTable, path: string): Promise<RegistryHost> {
  return {
    base: baseOf(address, table.override_path ?? false, path),
    capabilities: new Set(table.capabilities ?? defaultCapabilities),
    headers: Object.fromEntries(
      Object.entries(table.header ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        Array.isArray(value) ? value.join(', ') : value,
      ]),
    ),
    tls: await tlsOf(table, path),
    connectTimeoutMs: durationMs(table.dial_timeout, path) ?? defaultDialMs,
  };
}

/** The API is below `/v2` of an address, unless it is to be taken as it stands. */
function baseOf(address: string, asIs: boolean, path: string): URL {
  const text = address.includes('://') ? address : `https://${address}`;
  if (!URL.canParse(text)) throw invalid(path, `${JSON.stringify(address)} is no address`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw invalid(path, `${JSON.stringify(address)} is neither http nor https`);
  const folder = url.pathname.replace(/\/+$/, '');
  url.pathname = asIs || folder.endsWith('/v2') ? `${folder}/` : `${folder}/v2/`;
  return url;
}

async function tlsOf({ ca, client, skip_verify }: HostTable, path: string): Promise<HostTls> {
  const read = (name: string) => readText(isAbsolute(name) ? name : join(dirname(path), name));
  return {
    ca: await Promise.all([ca ?? []].flat().map(read)),
    client: await Promise.all(
      pairsOf(client).map(async ([cert, key]) => ({
        cert: await read(cert),
        key: await read(key),
      })),
    ),
    verify: !(skip_verify ?? false),
  };
}

/** One file with both, or pairs of files. */
function pairsOf(client: HostTable['client']): (readonly [cert: string, key: string])[] {
  if (client === undefined) return [];
  if (typeof client === 'string') return [[client, client]];
  return client.flatMap((each) => {
    const [cert = '', key = ''] = Array.isArray(each) ? each : [each, each];
    return cert === '' ? [] : [[cert, key === '' ? cert : key] as const];
  });
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's form of a duration: `30s`, `1m30s`. */
function durationMs(text: string | undefined, path: string): number | undefined {
  if (text === undefined) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join('') !== text || parts.length === 0)
    throw invalid(path, `${JSON.stringify(text)} is no duration`);
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

function invalid(path: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot read ${path}: ${why}`, {
    hint: 'correct it as the documentation of containerd describes hosts.toml',
    cause,
  });
}
