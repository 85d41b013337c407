import { readFileSync } from 'node:fs';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { HookSecret } from './hook.js';

const minBytes = 16;

/** Throws `INVALID_ARGUMENT` for one that is missing or short; the error never holds any of it. */
export function readSecret(source: HookSecret, what: string): Buffer {
  const secret = Buffer.from(textOf(source, what).replace(/\r?\n$/, ''));
  if (secret.length >= minBytes) return secret;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `secret of ${what}: ${nameOf(source)} holds less than ${minBytes} bytes`,
    { hint: 'Make one with `openssl rand -hex 32`.' },
  );
}

function textOf(source: HookSecret, what: string): string {
  if ('env' in source) return process.env[source.env] ?? '';
  try {
    return readFileSync(source.file, 'utf8');
  } catch (cause) {
    throw new WarmdockError('INVALID_ARGUMENT', `secret of ${what}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function nameOf(source: HookSecret): string {
  return 'env' in source ? `environment variable ${source.env}` : `file ${source.file}`;
}
