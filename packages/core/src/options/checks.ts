/** What is wrong with a value. */
export interface Fault {
  /** Where: `tags`, `secrets[0].path`. */
  readonly path: string;
  readonly value: unknown;
  /** What belongs there, such as "a list of texts". */
  readonly expected: string;
  /** For a name that is none: those that are. */
  readonly known?: readonly string[];
}

/** What a value has to be. */
export interface Check {
  readonly expected: string;
  faultOf(value: unknown, path: string): Fault | undefined;
}

/** A check for every option of that type; `context` and others that must be there are `required`. */
export type Checks<Options> = { readonly [Name in keyof Required<Options>]: Check };

/** A value for which `accepts` is true. */
export function acceptedBy(expected: string, accepts: (value: unknown) => boolean): Check {
  return {
    expected,
    faultOf: (value, path) => (accepts(value) ? undefined : { path, value, expected }),
  };
}

export const text = acceptedBy('a text', (value) => typeof value === 'string');
export const flag = acceptedBy('true or false', (value) => typeof value === 'boolean');
export const number = acceptedBy('a number', (value) => typeof value === 'number');
export const callback = acceptedBy('a function', (value) => typeof value === 'function');
export const signal = acceptedBy('an AbortSignal', hasMethod('throwIfAborted'));
export const bytes = acceptedBy(
  'an iterable of bytes',
  (value) => isRecord(value) && Symbol.asyncIterator in value,
);

export const record = acceptedBy('an object', (value) => isRecord(value));

/** An object of another part of the library, told by a method that only it has. */
export function instance(expected: string, method: string): Check {
  return acceptedBy(expected, hasMethod(method));
}

export function choice(...choices: readonly string[]): Check {
  const expected = choices.map((each) => JSON.stringify(each)).join(' or ');
  return acceptedBy(expected, (value) => choices.includes(value as string));
}

/** One of these. A value that is none is told by the first that has its kind, so that its inside is named. */
export function either(...checks: readonly Check[]): Check {
  const expected = checks.map((check) => check.expected).join(' or ');
  return {
    expected,
    faultOf(value, path) {
      const faults = checks.map((check) => check.faultOf(value, path));
      if (faults.includes(undefined)) return undefined;
      return faults.find((fault) => fault?.path !== path) ?? { path, value, expected };
    },
  };
}

export function listOf(item: Check): Check {
  const expected = `a list of ${plural(item.expected)}`;
  return {
    expected,
    faultOf(value, path) {
      if (!Array.isArray(value)) return { path, value, expected };
      return firstOf(value.map((each, at) => item.faultOf(each, `${path}[${at}]`)));
    },
  };
}

/** An object of any names; what stands under a name may be left out. */
export function mapOf(item: Check): Check {
  const expected = `an object of ${plural(item.expected)}`;
  return {
    expected,
    faultOf(value, path) {
      if (!isRecord(value)) return { path, value, expected };
      const entries = Object.entries(value).filter(([, each]) => each !== undefined);
      return firstOf(entries.map(([name, each]) => item.faultOf(each, `${path}.${name}`)));
    },
  };
}

/** A program and its first arguments. */
export const program: Check = {
  expected: 'a list of texts, the first of them a program',
  faultOf(value, path) {
    const [first] = Array.isArray(value) ? value : [];
    const fault = listOf(text).faultOf(value, path);
    return first === undefined || first === ''
      ? { path, value, expected: program.expected }
      : fault;
  },
};

/** An object of these names and no others; all but the required ones may be left out. */
export function object(
  expected: string,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): Check {
  return {
    expected,
    faultOf(value, path) {
      if (!isRecord(value)) return { path, value, expected };
      const at = (name: string) => (path === '' ? name : `${path}.${name}`);
      const given = Object.entries(value).filter(([, each]) => each !== undefined);
      const known = Object.keys(checks);
      const faults = given.map(([name, each]): Fault | undefined => {
        const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
        if (check) return check.faultOf(each, at(name));
        return { path: at(name), value: each, expected: 'nothing', known };
      });
      const missing = required
        .filter((name) => value[name] === undefined)
        .map((name) => checks[name]?.faultOf(undefined, at(name)));
      return firstOf([...faults, ...missing]);
    },
  };
}

/** An object whose `type` says which of these it is. */
export function variants(expected: string, byType: Readonly<Record<string, Check>>): Check {
  const types = choice(...Object.keys(byType));
  return {
    expected,
    faultOf(value, path) {
      if (!isRecord(value)) return { path, value, expected };
      const fault = types.faultOf(value.type, `${path}.type`);
      return fault ?? byType[value.type as string]?.faultOf(value, path);
    },
  };
}

function firstOf(faults: readonly (Fault | undefined)[]): Fault | undefined {
  return faults.find((fault) => fault !== undefined);
}

function plural(expected: string): string {
  const [first = '', ...others] = expected.replace(/^an? /, '').split(' ');
  return [first.endsWith('s') ? first : `${first}s`, ...others].join(' ');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasMethod(name: string): (value: unknown) => boolean {
  return (value) => isRecord(value) && typeof value[name] === 'function';
}
