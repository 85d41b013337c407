import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, WarmdockError } from '../../errors.js';
import type { HostTls } from '../http/registry-host.js';

/**
 * What docker's `certs.d/HOST[:PORT]` says of a registry: authorities in `*.crt`, client certificates
 * in `NAME.cert` with their keys in `NAME.key`; nothing where there is no such folder.
 *
 * Throws `INVALID_ARGUMENT` for a certificate without its key or a key without its certificate, as
 * docker does, `PERMISSION_DENIED` for files that cannot be read.
 */
export async function readCertsD(
  directories: readonly string[],
  registry: string,
): Promise<HostTls> {
  const found = await Promise.all(directories.map((each) => readFolder(join(each, registry))));
  return {
    ca: found.flatMap(({ ca }) => ca),
    client: found.flatMap(({ client }) => client),
    verify: true,
  };
}

async function readFolder(folder: string): Promise<HostTls> {
  const names = await namesIn(folder);
  const stems = (end: string) =>
    names.filter((name) => name.endsWith(end)).map((name) => name.slice(0, -end.length));
  const [certificates, keys] = [stems('.cert'), stems('.key')];
  const lonely =
    certificates.find((stem) => !keys.includes(stem)) ??
    keys.find((stem) => !certificates.includes(stem));
  if (lonely !== undefined) throw incomplete(folder, lonely);
  const read = (name: string) => readText(join(folder, name));
  return {
    ca: await Promise.all(stems('.crt').map((stem) => read(`${stem}.crt`))),
    client: await Promise.all(
      certificates.map(async (stem) => ({
        cert: await read(`${stem}.cert`),
        key: await read(`${stem}.key`),
      })),
    ),
    verify: true,
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unreadable(folder, cause);
  }
}

/** A certificate's or key's text. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): WarmdockError {
  const isDenied = (cause as NodeJS.ErrnoException).code === 'EACCES';
  return new WarmdockError(
    isDenied ? 'PERMISSION_DENIED' : 'INVALID_ARGUMENT',
    `cannot read ${path}: ${messageOf(cause)}`,
    { hint: 'check the file and who may read it', cause },
  );
}

function incomplete(folder: string, stem: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `${folder} needs both ${stem}.cert and ${stem}.key, and has one of them`,
    { hint: "put the other one beside it; an authority's certificate ends with .crt" },
  );
}
