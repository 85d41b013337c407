const values = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

/** Reads a truth value as docker and buildx do, which is Go's way; `undefined` for anything else. */
export function parseGoBool(text: string): boolean | undefined {
  return values.get(text);
}
