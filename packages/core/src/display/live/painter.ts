import { createLogUpdate } from 'log-update';
import type { TextOutput } from '../text-output.js';
import { widthOf } from './text-width.js';

const clearAndUp = '\x1b[2K\x1b[1A';

/** Draws a text in place of the one before it. */
export class Painter {
  readonly #output: TextOutput;
  readonly #wraps: boolean;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #drawn: { readonly lines: readonly string[]; readonly columns: number } | undefined;

  constructor(output: TextOutput, env: NodeJS.ProcessEnv) {
    this.#output = output;
    this.#wraps = wrapsAgain(env);
    // It reads nothing else of the stream.
    this.#update = createLogUpdate(streamOf(output) as unknown as NodeJS.WritableStream);
  }

  draw(lines: readonly string[]): void {
    this.#clearWrapped();
    this.#update(lines.join('\n'));
    this.#drawn = { lines, columns: this.#output.columns };
  }

  clear(): void {
    this.#clearWrapped();
    this.#update.clear();
    this.#update.done();
  }

  /** In a terminal that has become narrower, what was drawn takes more lines than were drawn. */
  #clearWrapped(): void {
    const { columns } = this.#output;
    if (!this.#drawn || !this.#wraps || columns >= this.#drawn.columns) return;
    const before = this.#drawn.columns;
    const more = this.#drawn.lines.map((line) => linesAt(line, columns) - linesAt(line, before));
    this.#output.write(clearAndUp.repeat(more.reduce((sum, count) => sum + count, 0)));
  }
}

function linesAt(line: string, columns: number): number {
  return Math.max(1, Math.ceil(widthOf(line) / columns));
}

/** Whether the terminal wraps its lines anew when its width changes, as most do: xterm itself, screen and the console cut them off. */
function wrapsAgain({ TERM, XTERM_VERSION, STY, TMUX }: NodeJS.ProcessEnv): boolean {
  if (TMUX) return true;
  return TERM !== 'linux' && !XTERM_VERSION && !STY;
}

function streamOf(output: TextOutput) {
  return {
    write: (text: string) => output.write(text),
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
  };
}
