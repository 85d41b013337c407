import { lstatSync } from 'node:fs';
import { messageOf, WarmdockError } from '../../errors.js';
import { type BytePath, toText } from '../paths/byte-path.js';

/** One attribute that a file has beside its mode and times, such as `security.capability`. */
export interface ExtendedAttribute {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Reads those of the file at a full path, of a link its own; throws UNAVAILABLE. */
export type ReadAttributes = (path: BytePath) => readonly ExtendedAttribute[];

/** Node cannot read them; this package can, where it is installed. */
export const attributesPackage = '@napi-rs/xattr';

/** What we use of the package; its errors have no codes. */
interface AttributesPackage {
  listAttributesSync(path: string): string[];
  getAttributeSync(path: string, name: string): Uint8Array | null;
}

const none: readonly ExtendedAttribute[] = [];

let found: Promise<ReadAttributes | undefined> | undefined;

/** The reader of this process, looked for once; undefined where the package is not installed or has no program for this machine. */
export function findAttributesReader(): Promise<ReadAttributes | undefined> {
  found ??= load(attributesPackage).then((loaded) => loaded && ((path) => read(loaded, path)));
  return found;
}

/** The name comes as a value, so that no bundler takes the package in. */
async function load(name: string): Promise<AttributesPackage | undefined> {
  try {
    const loaded = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
    return loaded.default ?? loaded;
  } catch {
    return undefined;
  }
}

function read(xattr: AttributesPackage, path: BytePath): readonly ExtendedAttribute[] {
  const text = toText(path);
  // The package takes text only: names that are not UTF-8 are out of its reach.
  if (text.includes('\ufffd')) return none;
  try {
    const names = xattr.listAttributesSync(text);
    return names.length === 0 ? none : valuesOf(xattr, text, names);
  } catch (cause) {
    if (lstatSync(text, { throwIfNoEntry: false }) === undefined) return none;
    throw new WarmdockError(
      'UNAVAILABLE',
      `read the extended attributes of ${text}: ${messageOf(cause)}`,
      { hint: 'Check the file system that holds the file.', cause },
    );
  }
}

/** Those of macOS's Finder are no part of a file, and what cannot be read counts as not there: fsutil's rules. */
function valuesOf(xattr: AttributesPackage, path: string, names: readonly string[]) {
  return names
    .filter((name) => !name.startsWith('com.apple.'))
    .flatMap((name) => {
      const value = readValue(xattr, path, name);
      return value ? [{ name, value }] : [];
    });
}

function readValue(xattr: AttributesPackage, path: string, name: string): Uint8Array | null {
  try {
    return xattr.getAttributeSync(path, name);
  } catch {
    return null;
  }
}
