import { WarmdockError } from '../errors.js';
import type { DisplayMode } from './choose-mode.js';
import type { Display } from './model/display.js';
import { PlainDisplay } from './plain/plain.js';
import { RawJsonDisplay } from './plain/raw-json.js';
import type { TextOutput } from './text-output.js';

/**
 * A display of this mode on `stderr`; `auto` is live for terminals that can move the cursor. Throws
 * `INVALID_ARGUMENT` for `tty` without a terminal.
 */
export async function openDisplay(
  mode: DisplayMode,
  stderr: TextOutput,
  env: NodeJS.ProcessEnv,
): Promise<Display> {
  if (mode === 'none') return silence;
  if (mode === 'rawjson') return new RawJsonDisplay(stderr);
  const canRedraw = stderr.isTerminal && env.TERM !== 'dumb';
  if (mode === 'plain' || (mode === 'auto' && !canRedraw)) return new PlainDisplay(stderr);
  if (!stderr.isTerminal) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      'cannot show progress=tty: standard error is not a terminal',
      {
        hint: 'use --progress=plain',
      },
    );
  }
  const { LiveDisplay } = await import('./live/live.js');
  return new LiveDisplay(stderr, env);
}

const silence: Display = {
  showsLogs: false,
  drawsBars: false,
  buildsOn() {},
  update() {},
  notice() {},
  cancel() {},
  end() {},
};
