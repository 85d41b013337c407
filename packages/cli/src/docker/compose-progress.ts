import { chooseMode, type DisplayMode } from '@warmdock/core/internal';
import type { PassThrough } from './pass-through-reason.js';
import type { ComposeCall } from './routing/route-compose.js';

/** How compose shows builds, and what became of them. */
export interface ComposeProgress {
  /** Of the display of the steps, on stdout. */
  readonly mode: DisplayMode;
  /** How each image is reported, on stderr. */
  readonly reports: 'text' | 'json' | 'none';
}

type Asked = Pick<ComposeCall, 'hides' | 'progress' | 'ansi'>;

/**
 * What the flags and variables of compose's display come to, by its rules; with a reason to pass through what it
 * refuses. Throws what `chooseMode` throws.
 */
export function composeProgress(
  { hides, progress = '', ansi }: Asked,
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): ComposeProgress | PassThrough {
  const asked = progress || env.COMPOSE_PROGRESS || 'auto';
  const colors = ansi ?? env.COMPOSE_ANSI ?? 'auto';
  const word = wordFor(asked, colors);
  if (word === undefined)
    return {
      passThroughReason: `compose is to say what is wrong: --progress=${asked} --ansi=${colors}`,
    };
  const reports =
    word === 'none' || hides === 'all' ? 'none' : word === 'rawjson' ? 'json' : 'text';
  const { mode } = chooseMode(hides === 'nothing' ? word : 'none', false, env);
  if (mode === 'tty' && !isTerminal)
    return { passThroughReason: 'compose says that there is no terminal' };
  return { mode, reports };
}

const words: Readonly<Record<string, string>> = {
  auto: 'auto',
  tty: 'tty',
  plain: 'plain',
  json: 'rawjson',
  quiet: 'none',
  none: 'none',
};

/** Buildx's word for it; `undefined` for what compose does not know, or not together. */
function wordFor(asked: string, ansi: string): string | undefined {
  const forced = { auto: 'auto', never: 'plain', always: 'tty' }[ansi];
  if (asked === 'auto' || forced === undefined) return forced;
  const excluded = { auto: '', never: 'tty', always: 'plain' }[ansi];
  return asked === excluded ? undefined : words[asked];
}
