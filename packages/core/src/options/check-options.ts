import { WarmdockError } from '../errors.js';
import { type Check, type Fault, object } from './checks.js';
import { nearest } from './nearest.js';

/**
 * Checks the options of a public call, for those who call it without types.
 *
 * Throws `INVALID_ARGUMENT`, which names the call, the option, what came and what is expected, or for an
 * option that there is not, the nearest one that there is. Values of which some are secret (`buildArgs`,
 * `env`) are told by their kind alone.
 */
export function checkOptions(
  call: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): void {
  const fault = object('an object of options', checks, required).faultOf(options, '');
  if (fault) throw faultError(call, 'option', fault);
}

/** As `checkOptions`, for one argument. */
export function checkArgument(call: string, name: string, value: unknown, check: Check): void {
  const fault = check.faultOf(value, name);
  if (fault) throw faultError(call, 'argument', fault);
}

function faultError(call: string, what: 'option' | 'argument', fault: Fault): WarmdockError {
  const { path, value, expected, known } = fault;
  if (known) return unknownName(call, path, known);
  const subject = path === '' ? 'its options' : `${what} ${path}`;
  const came = value === undefined ? 'missing' : shown(value, path);
  const hint = hintFor(fault);
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot call ${call}: ${subject} ${path === '' ? 'are' : 'is'} ${came}, expected ${expected}`,
    hint === undefined ? {} : { hint },
  );
}

function unknownName(call: string, path: string, known: readonly string[]): WarmdockError {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const near = nearest(name, known);
  return new WarmdockError('INVALID_ARGUMENT', `cannot call ${call}: there is no option ${path}`, {
    hint: near ? `did you mean ${near}?` : `there are ${known.join(', ')}`,
  });
}

/** Options whose values, or some of them, nobody else is to see. */
const secretOptions = /^(buildArgs|labels|env|secrets|contextKey|stdin)\b/;

const longestShown = 60;

function shown(value: unknown, path: string): string {
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'string') return String(value);
  const quoted = JSON.stringify(value);
  return secretOptions.test(path) || quoted.length > longestShown ? 'a text' : quoted;
}

/** The most common slip. */
function hintFor({ path, value, expected }: Fault): string | undefined {
  if (!/^(.* or )?a list of texts/.test(expected) || typeof value !== 'string') return undefined;
  return `write ${path}: [${shown(value, path)}]`;
}
