import { readFileSync } from 'node:fs';
import { WarmdockError } from '@warmdock/core';
import { messageOf } from '@warmdock/core/internal';
import type { WebhookSecret } from './webhook-config.js';

const minBytes = 16;

/**
 * Reads a secret. Throws `INVALID_ARGUMENT` for a missing or short one; the error holds none of it.
 */
export function readSecret(source: WebhookSecret, what: string, env: NodeJS.ProcessEnv): Buffer {
  const secret = Buffer.from(textOf(source, what, env).replace(/\r?\n$/, ''));
  if (secret.length >= minBytes) return secret;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `secret of ${what}: ${nameOf(source)} holds less than ${minBytes} bytes`,
    { hint: 'Make one with `openssl rand -hex 32`.' },
  );
}

function textOf(source: WebhookSecret, what: string, env: NodeJS.ProcessEnv): string {
  if ('env' in source) return env[source.env] ?? '';
  try {
    return readFileSync(source.file, 'utf8');
  } catch (cause) {
    throw new WarmdockError('INVALID_ARGUMENT', `secret of ${what}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function nameOf(source: WebhookSecret): string {
  return 'env' in source ? `environment variable ${source.env}` : `file ${source.file}`;
}
