import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWarmdockError, messageOf, WarmdockError } from '../errors.js';
import { type Digest, isDigest } from '../oci/digest.js';
import { parseReference } from '../oci/reference.js';
import type { CallOptions } from './content.js';
import { lockFile } from './lock-file.js';

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

/**
 * What a full name stands for in a layout: the entry of that name, or else of its tag alone, as tools
 * without full names write it; `undefined` for none, and where there is no layout yet.
 */
export async function entryInLayout(
  directory: string,
  { name, tag }: { readonly name: string; readonly tag: string | undefined },
): Promise<LayoutEntry | undefined> {
  const manifests = (await readIndexIfAny(directory))?.manifests ?? [];
  const named = manifests.find(({ annotations }) => annotations?.[nameKey] === name);
  const isTagged = ({ annotations }: LayoutEntry) =>
    annotations?.[nameKey] === undefined && annotations?.[tagKey] === tag;
  return named ?? (tag === undefined ? undefined : manifests.find(isTagged));
}

export interface PutInLayoutOptions extends CallOptions {
  /** Hears that the index is written without its lock, as nothing here can lock files. */
  readonly onUnlocked?: ((message: string) => void) | undefined;
}

/**
 * Enters an image into the layout's index under each name, in place of what had the name.
 *
 * Nobody who does so at the same time loses an entry: processes take turns, those of BuildKit's
 * client too (`index.json.lock`). Throws what `lockFile` throws, `INVALID_ARGUMENT` for an index
 * that is none; an empty one, as a power cut may leave it, counts as missing.
 */
export async function putInLayout(
  directory: string,
  entry: LayoutEntry,
  names: readonly LayoutName[],
  { signal, onUnlocked }: PutInLayoutOptions = {},
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const operation = `entering an image into layout ${directory}`;
  await using lock = await lockFile(join(directory, 'index.json.lock'), { operation, signal });
  if (!lock.isAmongProcesses) onUnlocked?.(unlockedNotice(directory));
  const index = (await readIndexIfAny(directory)) ?? newIndex;
  let manifests = index.manifests;
  for (const name of names) {
    const named = withName(entry, name);
    manifests = [...manifests.filter((other) => !hasSameName(other, named)), named];
  }
  await markAsLayout(join(directory, 'oci-layout'));
  await replaceFile(join(directory, 'index.json'), JSON.stringify({ ...index, manifests }));
}

const newIndex: LayoutIndex = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [],
};

function unlockedNotice(directory: string): string {
  return `layout ${directory} was written without a lock, as neither flock nor perl is installed: another process that writes it at the same time may lose an image's name`;
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
    return parseIndex(directory, await readFile(path, 'utf8'));
  } catch (cause) {
    throw isWarmdockError(cause) ? cause : noLayout(directory, messageOf(cause), cause);
  }
}

async function readIndexIfAny(directory: string): Promise<LayoutIndex | undefined> {
  try {
    const text = await readFile(join(directory, 'index.json'), 'utf8');
    return text === '' ? undefined : parseIndex(directory, text);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw isWarmdockError(cause) ? cause : noLayout(directory, messageOf(cause), cause);
  }
}

function parseIndex(directory: string, text: string): LayoutIndex {
  const index: Partial<LayoutIndex> | null = JSON.parse(text);
  if (Array.isArray(index?.manifests) && index.manifests.every(isEntry))
    return { ...index, manifests: index.manifests };
  throw noLayout(directory, `${join(directory, 'index.json')} is not an index of images`);
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

const layoutMark = '{"imageLayoutVersion":"1.0.0"}';

async function markAsLayout(path: string): Promise<void> {
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found !== layoutMark) await replaceFile(path, layoutMark);
}

/** Readers see the old file or the new one, after a power cut too. */
async function replaceFile(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, text, { flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
