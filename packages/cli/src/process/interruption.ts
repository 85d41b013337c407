/** How long a build may take to wind up after the first signal. */
const graceMs = 10_000;

/**
 * One key press may arrive several times: the terminal sends its signal to all processes in front,
 * and those that started this one (the docker shim, package managers) pass theirs on.
 */
const echoMs = 100;

/** As buildx exits on either signal. */
export const interruptedExitCode = 130;

export interface Interruption {
  /** Fires with the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Resolves when the process must end at once: a second signal came, or winding up takes too long. */
  readonly forced: Promise<'forced'>;
  /** What such a signal does; `name` is reported as the reason. */
  interrupt(name: string): void;
}

export interface InterruptionOptions {
  /** Signals that are to do nothing at all, default none. */
  readonly ignored?: readonly NodeJS.Signals[];
  /** Default the process. */
  readonly source?: NodeJS.EventEmitter;
  /** Default ten seconds. */
  readonly timeoutMs?: number;
}

/** Turns SIGINT and SIGTERM, which would end the process where it stands, into an orderly end. */
export function listenForInterruption(options: InterruptionOptions = {}): Interruption {
  const { ignored = [], source = process, timeoutMs = graceMs } = options;
  const controller = new AbortController();
  let force: () => void = () => {};
  const forced = new Promise<'forced'>((resolve) => {
    force = () => resolve('forced');
  });
  let firstAtMs = 0;
  const interrupt = (name: string) => {
    if (!controller.signal.aborted) {
      firstAtMs = performance.now();
      setTimeout(force, timeoutMs).unref();
      controller.abort(new Error(`got ${name}`));
    } else if (performance.now() - firstAtMs > echoMs) force();
  };
  // Node itself has no way to ignore a signal but to listen and do nothing.
  for (const name of ignored) source.on(name, () => {});
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    if (!ignored.includes(name)) source.on(name, interrupt);
  }
  return { signal: controller.signal, forced, interrupt };
}
