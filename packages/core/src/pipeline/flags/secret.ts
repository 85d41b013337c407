import type { SecretSource } from '../../buildkit/session/secrets.js';
import { WarmdockError } from '../../errors.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { parseCsvFields } from './csv-fields.js';

/**
 * Reads the value of a `--secret` flag as buildx does: `id=x,src=path`, `id=x,env=NAME`,
 * `type=file|env`, fields as CSV.
 *
 * An `id` alone is the environment variable of that name if `env` has it, else the file of that name.
 * `env=` wins over `src=`; `type=env` turns `src=` into the variable's name. Throws `INVALID_ARGUMENT`.
 */
export function parseSecretSpec(spec: string, env: NodeJS.ProcessEnv): SecretSource {
  checkArgument('parseSecretSpec', 'spec', spec, text);
  const fields = new Map(parseCsvFields(spec, '--secret').map((field) => parseField(field, spec)));
  const id = fields.get('id');
  if (!id) throw unreadable(spec, 'it has no id');
  const path = fields.get('src');
  const name = fields.get('env') || (fields.get('type') === 'env' ? path : undefined);
  if (name) return { id, type: 'env', name };
  if (path) return { id, type: 'file', path };
  return env[id] === undefined ? { id, type: 'file', path: id } : { id, type: 'env', name: id };
}

function parseField(field: string, spec: string): [key: string, value: string] {
  const equals = field.indexOf('=');
  if (equals < 0) throw unreadable(spec, `${field} is not key=value`);
  const key = field.slice(0, equals).toLowerCase();
  const value = field.slice(equals + 1);
  if (key === 'type' && value !== 'file' && value !== 'env')
    throw unreadable(spec, `type ${value} is neither file nor env`);
  if (key === 'source') return ['src', value];
  if (key === 'type' || key === 'id' || key === 'src' || key === 'env') return [key, value];
  throw unreadable(spec, `${key} is not a known key`);
}

function unreadable(spec: string, why: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot read --secret ${spec}: ${why}`, {
    hint: 'write id=NAME, id=NAME,src=PATH or id=NAME,env=VARIABLE',
  });
}
