import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { unreadableFlag } from './key-values.js';

const powers = 'bkmgtp';

/**
 * Reads a size as docker's flags take it: a number with an optional unit, `64m`, `1.5 GiB`.
 *
 * Returns bytes; units are powers of 1024 in upper or lower case, a trailing `b` or `ib` is allowed.
 * Throws `INVALID_ARGUMENT`; `flag` names the flag in its message.
 */
export function parseSize(spec: string, flag = 'size'): number {
  checkArgument('parseSize', 'spec', spec, text);
  const [, number, unit = 'b'] = /^(\d+(?:\.\d*)?|\.\d+) ?(b|[kmgtp](?:i?b)?)?$/i.exec(spec) ?? [];
  if (number === undefined) throw notSize(flag, spec);
  const bytes = Math.trunc(Number(number) * 1024 ** powers.indexOf(unit.charAt(0).toLowerCase()));
  if (!Number.isSafeInteger(bytes)) throw notSize(flag, spec);
  return bytes;
}

function notSize(flag: string, spec: string) {
  return unreadableFlag(flag, JSON.stringify(spec), 'it is not a size', 'write it like 64m or 1g');
}
