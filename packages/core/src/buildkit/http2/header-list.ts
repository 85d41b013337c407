import { WarmdockError } from '../../errors.js';

/** Header fields in their order, names in lower case: name, value, name, value, ... */
export type HeaderList = readonly string[];

/** What HPACK counts for a field beside its name and value (RFC 7541 §4.1). */
export const fieldOverheadBytes = 32;

const pseudoNames: Readonly<Record<HeaderKind, readonly string[]>> = {
  request: [':method', ':scheme', ':path', ':authority'],
  response: [':status'],
  trailers: [],
};

const required: Readonly<Record<HeaderKind, readonly string[]>> = {
  request: [':method', ':scheme', ':path'],
  response: [':status'],
  trailers: [],
};

export type HeaderKind = 'request' | 'response' | 'trailers';

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const forbiddenInValues = /[\0\r\n]/;
const unsendable = /[^\t\x20-\x7e\x80-\xff]/;

/** What makes a list that came malformed (RFC 9113 §8.2, §8.3), `undefined` for one that is right. */
export function flawOf(list: HeaderList, kind: HeaderKind): string | undefined {
  const pseudo = new Set<string>();
  let at = 0;
  for (; list[at]?.startsWith(':'); at += 2) {
    const name = list[at] ?? '';
    if (pseudo.has(name) || !pseudoNames[kind].includes(name)) return `${name} is out of place`;
    pseudo.add(name);
  }
  const missing = required[kind].find((name) => !pseudo.has(name));
  if (missing) return `${missing} is missing`;
  for (; at < list.length; at += 2) {
    if (!fieldName.test(list[at] ?? '')) return `${JSON.stringify(list[at])} is no name of a field`;
  }
  const broken = list.findIndex((text, index) => index % 2 === 1 && forbiddenInValues.test(text));
  return broken < 0 ? undefined : `the value of ${list[broken - 1]} has a line break`;
}

/** Throws `INVALID_ARGUMENT` for a list that cannot be sent; names have to be in lower case already. */
export function checkSendable(list: HeaderList): void {
  for (let at = 0; at < list.length; at += 2) {
    if (unsendable.test(list[at + 1] ?? ''))
      throw new WarmdockError('INVALID_ARGUMENT', `header ${list[at]} cannot carry its value`);
  }
}

/** Whether a response is only informational, with the real one behind it (RFC 9113 §8.1). */
export function isInformational(list: HeaderList): boolean {
  return list[0] === ':status' && /^1\d\d$/.test(list[1] ?? '');
}
