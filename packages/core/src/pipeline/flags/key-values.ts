import { WarmdockError } from '../../errors.js';
import { parseCsvFields } from './csv-fields.js';

/** The values of exporters, caches and attestations, by name, as BuildKit takes them. */
export type Attrs = Readonly<Record<string, string>>;

/**
 * Reads `key=value,key=value` as docker's flags write attributes, keys in lower case.
 *
 * `flag` names the flag in the `INVALID_ARGUMENT` thrown for a field without `=`. Of two fields
 * with one key the last counts.
 */
export function parseKeyValues(spec: string, flag: string): Map<string, string> {
  const pairs = parseCsvFields(spec, flag).map((field): [string, string] => {
    const equals = field.indexOf('=');
    if (equals < 0) throw unreadableFlag(flag, spec, `${field} is not key=value`);
    return [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1)];
  });
  return new Map(pairs);
}

/** `pairs` as `parseKeyValues` reads them. */
export function formatKeyValues(pairs: Iterable<readonly [string, string]>): string {
  return [...pairs]
    .map(([key, value]) => `${key}=${value}`)
    .map((pair) => (/[",\n]/.test(pair) ? `"${pair.replaceAll('"', '""')}"` : pair))
    .join(',');
}

/** The error for a flag's value that nobody can read. */
export function unreadableFlag(
  flag: string,
  spec: string,
  why: string,
  hint?: string,
): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot read ${flag} ${spec}: ${why}`, {
    ...(hint !== undefined && { hint }),
  });
}
