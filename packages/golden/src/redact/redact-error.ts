/** Fields with values from closed lists, which hold no secrets. */
const kept = new Set(['code', 'name']);

/**
 * Redacts all text of an error in place: its message, its other fields, and its causes. Other
 * objects that it refers to are replaced by redacted copies, or left alone.
 */
export function redactError(error: unknown, clean: (text: string) => string): void {
  changeError(error, clean, new Set());
}

function changeError(error: unknown, clean: (text: string) => string, seen: Set<unknown>): void {
  if (!(error instanceof Error) || seen.has(error)) return;
  seen.add(error);
  for (const name of Object.getOwnPropertyNames(error)) {
    if (kept.has(name)) continue;
    const value: unknown = Reflect.get(error, name);
    const changed = cleaned(value, clean, seen);
    if (changed !== value) Reflect.set(error, name, changed);
  }
}

function cleaned(value: unknown, clean: (text: string) => string, seen: Set<unknown>): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => cleaned(item, clean, seen));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (isPlain(value) && !seen.has(value)) {
    seen.add(value);
    const entries = Object.entries(value);
    const changed = entries.map(([key, item]) => [key, cleaned(item, clean, seen)] as const);
    const isSame = changed.every(([, item], index) => item === entries[index]?.[1]);
    return isSame ? value : Object.fromEntries(changed);
  }
  changeError(value, clean, seen);
  return value;
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
