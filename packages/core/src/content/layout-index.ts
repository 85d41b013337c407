import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, WarmdockError } from '../errors.js';
import { type Digest, isDigest } from '../oci/digest.js';
import { parseReference } from '../oci/reference.js';

/** Names an image in a layout: in full, or by its tag alone. */
export type LayoutName = { readonly name: string } | { readonly tag: string };

/** A descriptor as it stands in an index, with all of its fields. */
export interface LayoutEntry {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface LayoutIndex extends Record<string, unknown> {
  readonly manifests: readonly LayoutEntry[];
}

const nameKey = 'io.containerd.image.name';
const tagKey = 'org.opencontainers.image.ref.name';

/**
 * The image with this name or tag in a directory of OCI's image layout, or the only one that is there.
 *
 * Follows buildx. Throws `NOT_FOUND` when there is no such image, `INVALID_ARGUMENT` when the
 * directory is no layout.
 */
export async function findInLayout(directory: string, name: string): Promise<Digest> {
  const { manifests } = await readIndex(directory);
  const found =
    manifests.find(({ annotations }) => annotations?.[nameKey] === name) ??
    manifests.find(({ annotations }) => annotations?.[tagKey] === name) ??
    (manifests.length === 1 ? manifests[0] : undefined);
  if (found) return found.digest;
  throw new WarmdockError('NOT_FOUND', `there is no image ${name} in layout ${directory}`, {
    hint: 'name one that its index.json lists',
  });
}

/** Enters an image into the layout's index under each name, in place of what had the name. */
export async function putInLayout(
  directory: string,
  entry: LayoutEntry,
  names: readonly LayoutName[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const index = await readIndex(directory).catch((error: unknown) => {
    if ((error as { cause?: NodeJS.ErrnoException }).cause?.code !== 'ENOENT') throw error;
    return {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
    };
  });
  let manifests = index.manifests;
  for (const name of names) {
    const named = withName(entry, name);
    manifests = [...manifests.filter((other) => !hasSameName(other, named)), named];
  }
  await replaceFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await replaceFile(join(directory, 'index.json'), JSON.stringify({ ...index, manifests }));
}

/** The descriptor in a builder's answer; throws `PROTOCOL` when it is none. */
export function parseLayoutEntry(json: string): LayoutEntry {
  try {
    const entry: unknown = JSON.parse(json);
    if (isEntry(entry)) return entry;
  } catch {}
  throw new WarmdockError('PROTOCOL', 'builder described what it wrote in an unknown way');
}

function withName(entry: LayoutEntry, named: LayoutName): LayoutEntry {
  const words =
    'tag' in named
      ? { [tagKey]: named.tag }
      : { [nameKey]: named.name, [tagKey]: parseReference(named.name).tag ?? named.name };
  return { ...entry, annotations: { ...entry.annotations, ...words } };
}

function hasSameName(a: LayoutEntry, b: LayoutEntry): boolean {
  const names = ({ annotations }: LayoutEntry) => [annotations?.[nameKey], annotations?.[tagKey]];
  return names(a).every((name, at) => name === names(b)[at]);
}

async function readIndex(directory: string): Promise<LayoutIndex> {
  const path = join(directory, 'index.json');
  try {
    const index: Partial<LayoutIndex> | null = JSON.parse(await readFile(path, 'utf8'));
    if (Array.isArray(index?.manifests) && index.manifests.every(isEntry))
      return { ...index, manifests: index.manifests };
  } catch (cause) {
    throw noLayout(directory, messageOf(cause), cause);
  }
  throw noLayout(directory, `${path} is not an index of images`);
}

function isEntry(entry: unknown): entry is LayoutEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { mediaType, digest, size } = entry as Partial<Record<keyof LayoutEntry, unknown>>;
  const isNamed = typeof digest === 'string' && isDigest(digest);
  return isNamed && typeof mediaType === 'string' && Number.isSafeInteger(size);
}

function noLayout(directory: string, why: string, cause?: unknown): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot read image layout ${directory}: ${why}`, {
    hint: 'give a directory with an index.json, such as type=oci,tar=false writes it',
    cause,
  });
}

/** Readers see the old file or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
