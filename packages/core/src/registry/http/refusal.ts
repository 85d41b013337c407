import { missingHint } from '../../content/no-such-image.js';
import type { ErrorCode } from '../../errors.js';
import type { Reply } from './exchange.js';
import { readCapped } from './read-capped.js';
import { RegistryError } from './registry-error.js';
import { retryAfterMs } from './retry-after.js';

const bodyLimitBytes = 64 * 1024;
const codeLimit = 60;
const messageLimit = 300;

/** What helps to make the error of an answer. */
export interface RefusalContext {
  /** Names operation, repository and registry: "reading manifest 1.0 of registry.example/app". */
  readonly operation: string;
  readonly registry: string;
  /** Taken out of what the server says. */
  readonly secrets: Iterable<string>;
}

/** Codes of the distribution specification that say more than the status does. */
const byCode: ReadonlyMap<string, ErrorCode> = new Map([
  ['UNAUTHORIZED', 'PERMISSION_DENIED'],
  ['DENIED', 'PERMISSION_DENIED'],
  ['NAME_INVALID', 'INVALID_ARGUMENT'],
  ['TAG_INVALID', 'INVALID_ARGUMENT'],
  ['NAME_UNKNOWN', 'NOT_FOUND'],
  ['MANIFEST_UNKNOWN', 'NOT_FOUND'],
  ['BLOB_UNKNOWN', 'NOT_FOUND'],
  ['UNSUPPORTED', 'UNSUPPORTED'],
  ['DIGEST_INVALID', 'DIGEST_MISMATCH'],
  ['SIZE_INVALID', 'DIGEST_MISMATCH'],
]);

const hints: Partial<Record<ErrorCode, (registry: string) => string>> = {
  PERMISSION_DENIED: (registry) => `see that the login allows it: docker login ${registry}`,
  NOT_FOUND: () => missingHint,
  INVALID_ARGUMENT: (registry) => `choose a name that ${registry} takes`,
  UNAVAILABLE: () => 'try again later',
  UNSUPPORTED: (registry) => `${registry} does not offer this`,
};

/** Reads an answer that is none of those that were hoped for; its body is capped. */
export async function refusal(reply: Reply, context: RefusalContext): Promise<RegistryError> {
  const { status, headers } = reply;
  const said = await saidIn(reply, context.secrets);
  const code = codeOf(status, said.codes);
  const words = said.text === '' ? '' : `: ${said.text}`;
  return new RegistryError(
    code,
    `${context.operation}: registry ${context.registry} answered ${status}${words}`,
    {
      hint: hints[code]?.(context.registry) ?? 'see the log of the registry',
      status,
      isTransient: isTransientStatus(status, said.codes),
      retryAfterMs: retryAfterMs(headers['retry-after']),
    },
  );
}

function isTransientStatus(status: number, codes: readonly string[]): boolean {
  if (status === 429 || codes.includes('TOOMANYREQUESTS')) return true;
  return status === 408 || (status >= 500 && status !== 501 && status !== 505);
}

function codeOf(status: number, codes: readonly string[]): ErrorCode {
  for (const code of codes) {
    const found = byCode.get(code);
    if (found) return found;
  }
  if (status === 401 || status === 403) return 'PERMISSION_DENIED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 405 || status === 501) return 'UNSUPPORTED';
  if (status === 429 || status === 408 || status >= 500) return 'UNAVAILABLE';
  return status >= 400 ? 'INVALID_ARGUMENT' : 'PROTOCOL';
}

interface Said {
  readonly codes: readonly string[];
  readonly text: string;
}

/** The codes, and the first message, on one line. A page of a proxy says nothing. */
async function saidIn(reply: Reply, secrets: Iterable<string>): Promise<Said> {
  const body = await readCapped(reply, bodyLimitBytes).catch(() => undefined);
  const errors = errorsIn(body?.toString('utf8') ?? '');
  const codes = errors.map(({ code }) => code).filter((code) => code !== '');
  const first = errors.find(({ message }) => message !== '');
  const code = clean(errors[0]?.code ?? '', secrets, codeLimit);
  const message = clean(first?.message ?? '', secrets, messageLimit);
  return { codes, text: [code, message].filter((each) => each !== '').join(': ') };
}

function errorsIn(text: string): { code: string; message: string }[] {
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors.slice(0, 10).map((each) => ({
      code: typeof each?.code === 'string' ? each.code : '',
      message: typeof each?.message === 'string' ? each.message : '',
    }));
  } catch {
    return [];
  }
}

/** A server may repeat what it was sent. Cut afterwards: nobody knows a part of a secret again. */
function clean(text: string, secrets: Iterable<string>, limit: number): string {
  let cleaned = text;
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  for (const secret of longestFirst) cleaned = cleaned.replaceAll(secret, '***');
  const line = cleaned.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}...` : line;
}
