import { WarmdockError } from '../errors.js';

const modes = ['auto', 'plain', 'tty', 'rawjson', 'none'] as const;

export type DisplayMode = (typeof modes)[number];

export interface Showing {
  readonly mode: DisplayMode;
  /** Whether stdout gets the image ID. */
  readonly printsImageId: boolean;
}

/**
 * What `--progress` and `--quiet` ask for, by buildx's rules: `quiet` prints the image ID, `none`
 * prints nothing, `BUILDKIT_PROGRESS` replaces `auto` only.
 *
 * Throws `INVALID_ARGUMENT` for unknown modes and for `--quiet` with a mode that shows something.
 */
export function chooseMode(progress: string, quiet: boolean, env: NodeJS.ProcessEnv): Showing {
  if (quiet || progress === 'quiet') {
    if (['auto', 'quiet', 'none', ''].includes(progress))
      return { mode: 'none', printsImageId: true };
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `progress=${progress} and quiet cannot be used together`,
      { hint: 'leave out one of --progress and --quiet' },
    );
  }
  const wanted =
    progress === 'auto' || progress === '' ? env.BUILDKIT_PROGRESS || 'auto' : progress;
  return { mode: parseMode(wanted), printsImageId: false };
}

function parseMode(text: string): DisplayMode {
  if (text === 'quiet') return 'none';
  const mode = modes.find((each) => each === text);
  if (mode) return mode;
  throw new WarmdockError('INVALID_ARGUMENT', `invalid progress mode ${text}`, {
    hint: 'use auto, plain, tty, rawjson, quiet or none',
  });
}
