import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './project.js';
import type { ScreenSize } from './screen.js';

const run = promisify(execFile);

/** A shell in a real terminal emulator, of which no one sees the window. */
export interface Terminal {
  /** Types text, or presses a key such as `Enter` or `C-c`. */
  type(text: string): Promise<void>;
  press(key: string): Promise<void>;
  resize(size: ScreenSize): Promise<void>;
  /** The lines that the window shows. */
  screen(): Promise<string[]>;
  /** Those, and before them what has left the window at the top. */
  history(): Promise<string[]>;
  /** Waits until the window shows the text; throws with what it shows instead. */
  shows(text: string | RegExp): Promise<string[]>;
}

/** How long a test waits for something to be shown. */
const patienceMs = 30_000;

/** Starts a tmux of the test's own. */
export async function openTerminal(
  { columns, rows }: ScreenSize,
  env: Readonly<Record<string, string>>,
): Promise<Terminal> {
  const socket = join(temporaryFolder(), 'tmux');
  const tmux = async (...args: string[]) => {
    const { stdout } = await run('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args], { env });
    return stdout;
  };
  const size = ['-x', String(columns), '-y', String(rows)];
  await tmux('start-server', ';', 'set', '-g', 'status', 'off', ';', 'new', '-d', ...size, 'sh');
  onTestFinished(async () => void (await tmux('kill-server')));
  const capture = async (...args: string[]) =>
    (await tmux('capture-pane', '-p', ...args)).trimEnd().split('\n');
  const screen = () => capture();
  return {
    type: async (text) => void (await tmux('send-keys', '-l', text)),
    press: async (key) => void (await tmux('send-keys', key)),
    resize: async (to) =>
      void (await tmux('resize-window', '-x', String(to.columns), '-y', String(to.rows))),
    screen,
    history: () => capture('-S', '-'),
    async shows(text) {
      const end = performance.now() + patienceMs;
      for (;;) {
        const lines = await screen();
        const shown = lines.join('\n');
        if (typeof text === 'string' ? shown.includes(text) : text.test(shown)) return lines;
        if (performance.now() > end) throw new Error(`no ${text} on the screen:\n${shown}`);
        // Looking starts a program, which takes time from those that are looked at.
        await sleep(20);
      }
    },
  };
}
