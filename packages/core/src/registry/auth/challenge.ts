/** What a server asks for before it answers: RFC 9110, section 11. */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`);
const scheme = new RegExp(`^(${token})(?:\\s+|(?=,|$))`);

interface ReadChallenge {
  readonly scheme: string;
  readonly parameters: Map<string, string>;
}

/** The challenges of a `WWW-Authenticate` header; what cannot be read ends the list. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const challenges: ReadChallenge[] = [];
  let rest = (header ?? '').trim();
  while (rest !== '') {
    const read = readParameter(rest, challenges.at(-1)) || readScheme(rest, challenges);
    if (read === 0) break;
    rest = afterComma(rest.slice(read));
  }
  return challenges;
}

/** How many characters a parameter of this challenge takes; 0 where there is none. */
function readParameter(text: string, challenge: ReadChallenge | undefined): number {
  const [pair, name = '', quoted, plain = ''] = parameter.exec(text) ?? [];
  if (pair === undefined || !challenge) return 0;
  const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
  const key = name.toLowerCase();
  if (!challenge.parameters.has(key)) challenge.parameters.set(key, value);
  return pair.length;
}

/** As `readParameter`, for the scheme that begins a challenge. */
function readScheme(text: string, challenges: ReadChallenge[]): number {
  const [named, word] = scheme.exec(text) ?? [];
  if (named === undefined || word === undefined) return 0;
  challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
  return named.length;
}

function afterComma(text: string): string {
  return text.replace(/^[\s,]+/, '');
}
