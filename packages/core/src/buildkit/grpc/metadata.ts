import type { HeaderList } from '../http2/hpack/header-list.js';

/** gRPC metadata: lower-case keys, each with its values in order. */
export type Metadata = ReadonlyMap<string, readonly string[]>;

/** Header fields as metadata. */
export function metadataOf(headers: HeaderList): Metadata {
  const metadata = new Map<string, string[]>();
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const key = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    const values = metadata.get(key);
    if (values) values.push(value);
    else metadata.set(key, [value]);
  }
  return metadata;
}

/** Metadata as header fields: one for each value. */
export function headersOf(metadata: Readonly<Record<string, string | string[]>>): HeaderList {
  return Object.entries(metadata).flatMap(([key, values]) =>
    [values].flat().flatMap((value) => [key, value]),
  );
}

/** The first value of a key. */
export function firstValue(metadata: Metadata, key: string): string | undefined {
  return metadata.get(key)?.[0];
}

/**
 * All values of a key that BuildKit may have percent-encoded.
 *
 * When a value is not printable ASCII BuildKit query-escapes all of that key's values and says so
 * with `<key>-encoded: 1`.
 */
export function decodedValues(metadata: Metadata, key: string): string[] {
  const values = metadata.get(key) ?? [];
  if (firstValue(metadata, `${key}-encoded`) !== '1') return [...values];
  return values.map((value) => decodeURIComponent(value.replaceAll('+', ' ')));
}
