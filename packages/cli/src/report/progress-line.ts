import { formatSeconds, Painter, type TextOutput } from '@warmdock/core/internal';

/** How long work may take without a word about it. */
const QUIET_MS = 1_000;
const FRAME_MS = 100;

/** Reports how far work is, once it takes long: in one line that changes on terminals, else in lines. */
export interface ProgressLine {
  /** Something was done; of several in one second, the last one is reported. On terminals `below` adds lines. */
  step(text: string, below?: (columns: number) => readonly string[]): void;
  /** Something begins; always reported. */
  phase(text: string): void;
  /** Clears the line; nothing is reported any more. */
  end(): void;
}

export function openProgressLine(output: TextOutput, env: NodeJS.ProcessEnv): ProgressLine {
  const isLive = output.isTerminal && env.TERM !== 'dumb';
  return isLive ? liveProgress(output, env) : plainProgress(output);
}

function liveProgress(output: TextOutput, env: NodeJS.ProcessEnv): ProgressLine {
  const startMs = Date.now();
  let text = '';
  let below: (columns: number) => readonly string[] = () => [];
  let painter: Painter | undefined;
  const draw = () => {
    const elapsedMs = Date.now() - startMs;
    if (text === '' || elapsedMs < QUIET_MS) return;
    painter ??= new Painter(output, env);
    painter.draw([`${text} ${formatSeconds(elapsedMs)}`, ...below(output.columns)]);
  };
  const timer = setInterval(draw, FRAME_MS).unref();
  const change = (next: string, lines: typeof below = () => []) => {
    text = next;
    below = lines;
  };
  return {
    step: change,
    phase: (next) => change(next),
    end() {
      clearInterval(timer);
      painter?.clear();
    },
  };
}

function plainProgress(output: TextOutput): ProgressLine {
  let pending = '';
  const report = () => {
    if (pending !== '') output.write(`${pending}\n`);
    pending = '';
  };
  const timer = setInterval(report, QUIET_MS).unref();
  return {
    step(text) {
      pending = text;
    },
    phase(text) {
      pending = text;
      report();
    },
    end: () => clearInterval(timer),
  };
}
