import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';

/** Where a secret is: never the value itself, since configurations and commands get copied. */
export type SecretOrigin = { readonly file: string } | { readonly env: string };

/**
 * What a file holds, without the end of its last line, or what a variable does. Paths are relative to
 * `folder`; `place` says for errors who wants it. Throws `NOT_FOUND`, `INVALID_ARGUMENT`.
 */
export function secretValue(
  source: SecretOrigin,
  place: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): string {
  if ('file' in source) return readSecretFile(resolve(folder, source.file), place);
  const value = env[source.env];
  if (value !== undefined) return value;
  const text = `${place}: environment variable ${source.env} is not set`;
  throw new WarmdockError('INVALID_ARGUMENT', text, { hint: 'Set it for this process.' });
}

function readSecretFile(path: string, place: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new WarmdockError('NOT_FOUND', `${place}: reading ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
