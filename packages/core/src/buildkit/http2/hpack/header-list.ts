import { WarmdockError } from '../../../errors.js';

/** Header fields in their order, names in lower case: name, value, name, value, ... */
export type HeaderList = readonly string[];

/** What HPACK counts for a field beside its name and value (RFC 7541 §4.1). */
export const fieldOverheadBytes = 32;

export type HeaderKind = 'request' | 'response' | 'trailers';

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

/** Of pseudo-fields that have a form; 101 is a word of HTTP/1 (RFC 9113 §8.6). */
const pseudoForms: Readonly<Record<string, RegExp>> = {
  ':path': /./,
  ':status': /^(?!101)\d{3}$/,
};

/** What HTTP/1 says of a connection, and HTTP/2 does not (RFC 9113 §8.2.2). */
const connectionNames: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const forbiddenInValues = /[\0\r\n]/;
const unsendable = /[^\t\x20-\x7e\x80-\xff]/;

/** What makes a list that came malformed (RFC 9113 §8.2, §8.3), `undefined` for one that is right. */
export function flawOf(list: HeaderList, kind: HeaderKind): string | undefined {
  const pseudo = new Map<string, string>();
  let at = 0;
  for (; list[at]?.startsWith(':'); at += 2) {
    const name = list[at] ?? '';
    if (pseudo.has(name) || !pseudoNames[kind].includes(name)) return `${name} is out of place`;
    pseudo.set(name, list[at + 1] ?? '');
  }
  return flawOfPseudo(pseudo, kind) ?? flawOfFields(list, at, kind) ?? flawOfValues(list);
}

function flawOfPseudo(pseudo: ReadonlyMap<string, string>, kind: HeaderKind): string | undefined {
  const missing = required[kind].find((name) => !pseudo.has(name));
  if (missing) return `${missing} is missing`;
  for (const [name, value] of pseudo) {
    if (pseudoForms[name]?.test(value) === false) return `${name} is ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** Of what stands behind the pseudo-fields. */
function flawOfFields(list: HeaderList, begin: number, kind: HeaderKind): string | undefined {
  for (let at = begin; at < list.length; at += 2) {
    const name = list[at] ?? '';
    if (!fieldName.test(name)) return `${JSON.stringify(name)} is no name of a field`;
    if (connectionNames.has(name)) return `${name} belongs to HTTP/1`;
    const isAllowedTe = kind === 'request' && list[at + 1]?.toLowerCase() === 'trailers';
    if (name === 'te' && !isAllowedTe) return 'te says more than "trailers"';
  }
  return undefined;
}

/**
 * Blanks around a value are let pass, which the RFC forbids (§8.2.1): gRPC does not encode them in
 * `grpc-message`, so that an error whose text ends with a blank has one.
 */
function flawOfValues(list: HeaderList): string | undefined {
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
