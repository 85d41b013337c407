import { WarmdockError } from '../../errors.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';

/** A resource limit of the build's processes, by docker's name for it; -1 is unlimited. */
export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

const names: ReadonlySet<string> = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
    ' ',
  ),
);

/** Reads `--ulimit`, `NAME=SOFT[:HARD]`, as docker does; without HARD it is SOFT. Throws `INVALID_ARGUMENT`. */
export function parseUlimit(spec: string): Ulimit {
  checkArgument('parseUlimit', 'spec', spec, text);
  const [, name = '', soft, hard = soft] = /^([^=]*)=(-?\d+)(?::(-?\d+))?$/.exec(spec) ?? [];
  if (soft === undefined) throw refused(spec, 'it is not NAME=SOFT[:HARD]');
  return checkedUlimit({ name, soft: Number(soft), hard: Number(hard) });
}

/** The limit itself, unless no builder would take it: `INVALID_ARGUMENT`. */
export function checkedUlimit(limit: Ulimit): Ulimit {
  const { name, soft, hard } = limit;
  const text = formatUlimit(limit);
  if (!names.has(name)) throw refused(text, `${name} is not a resource that can be limited`);
  if (![soft, hard].every(Number.isSafeInteger)) throw refused(text, 'limits are whole numbers');
  if (hard !== -1 && (soft === -1 || soft > hard))
    throw refused(text, 'the soft limit is above the hard one');
  return limit;
}

/** As docker and BuildKit write it. */
export function formatUlimit({ name, soft, hard }: Ulimit): string {
  return `${name}=${soft}:${hard}`;
}

function refused(text: string, why: string): WarmdockError {
  return new WarmdockError('INVALID_ARGUMENT', `cannot use --ulimit ${text}: ${why}`, {
    hint: 'write it like nofile=1024:2048',
  });
}
