/** gRPC metadata: lower-case keys, each with its values in order. */
export type Metadata = ReadonlyMap<string, readonly string[]>;

/**
 * Metadata out of HTTP/2's raw header list (name, value, name, value, ...).
 *
 * Node's header *object* joins repeated names with ", ", which cannot be undone: values of
 * `include-patterns` may hold commas themselves.
 */
export function metadataOf(rawHeaders: readonly string[]): Metadata {
  const metadata = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const key = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    const values = metadata.get(key);
    if (values) values.push(value);
    else metadata.set(key, [value]);
  }
  return metadata;
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
