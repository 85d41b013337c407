import { checkOptions } from '../options/check-options.js';
import { type Checks, choice, instance, mapOf, text } from '../options/checks.js';
import type { LoadResult } from '../pipeline/plan/load-plan.js';
import type { OnProgress, Progress } from '../progress.js';
import { openDisplay } from './open-display.js';
import type { TextOutput } from './text-output.js';
import { Watch } from './watch.js';

/** Where a printer prints, and how. */
export interface ProgressPrinterOptions {
  /** `plain` prints lines, `tty` draws in place, `auto` does what fits the stream; default `auto`. */
  readonly mode?: 'auto' | 'plain' | 'tty' | undefined;
  /** Default `process.stderr`. */
  readonly stream?: NodeJS.WritableStream | undefined;
  /** Where `TERM` and `NO_COLOR` are looked up, default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Prints the progress of one build; pass it as `onProgress`. */
export interface ProgressPrinter extends OnProgress, AsyncDisposable {
  /** Prints how the build ended; resolves when all is printed. `await using` calls it without a word of the end. */
  end(outcome?: { readonly load?: LoadResult | undefined }): Promise<void>;
  /** The same for a build that threw this. */
  fail(error: unknown): Promise<void>;
}

const printerChecks: Checks<ProgressPrinterOptions> = {
  mode: choice('auto', 'plain', 'tty'),
  stream: instance('a writable stream', 'write'),
  env: mapOf(text),
};

/**
 * A printer that looks as `docker buildx build` does.
 *
 * Its code is loaded meanwhile, so the first lines come a few milliseconds after the first event. Throws
 * `INVALID_ARGUMENT` by `end` and `fail` for `tty` on a stream that is no terminal.
 */
export function progressPrinter(options: ProgressPrinterOptions = {}): ProgressPrinter {
  checkOptions('progressPrinter', options, printerChecks);
  const { mode = 'auto', stream = process.stderr, env = process.env } = options;
  const early: Progress[] = [];
  let watch: Watch | undefined;
  let hasEnded = false;
  const opening = openDisplay(mode, outputTo(stream), env).then((display) => {
    watch = new Watch(display);
    for (const progress of early.splice(0)) watch.onProgress(progress);
    return watch;
  });
  opening.catch(() => {}); // Told by `end` and `fail`.
  const onProgress = (progress: Progress) => {
    if (watch) watch.onProgress(progress);
    else early.push(progress);
  };
  const finish = async (last: (watch: Watch) => void) => {
    if (hasEnded) return;
    hasEnded = true;
    last(await opening);
  };
  const end: ProgressPrinter['end'] = (outcome) => finish((each) => each.succeed(outcome?.load));
  return Object.assign(onProgress, {
    end,
    fail: (error: unknown) => finish((each) => each.fail(error)),
    [Symbol.asyncDispose]: () => end(),
  });
}

function outputTo(stream: NodeJS.WritableStream): TextOutput {
  const terminal = stream as Partial<NodeJS.WriteStream>;
  return {
    write: (text) => void stream.write(text),
    isTerminal: terminal.isTTY ?? false,
    get columns() {
      return terminal.columns ?? 80;
    },
    get rows() {
      return terminal.rows ?? 24;
    },
  };
}
