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
}

/** Turns SIGINT and SIGTERM, which would end the process where it stands, into an orderly end. */
export function listenForInterruption(
  source: NodeJS.EventEmitter = process,
  timeoutMs: number = graceMs,
): Interruption {
  const controller = new AbortController();
  const forced = new Promise<'forced'>((resolve) => {
    let firstAtMs = 0;
    const interrupt = (name: string) => {
      if (!controller.signal.aborted) {
        firstAtMs = performance.now();
        setTimeout(() => resolve('forced'), timeoutMs).unref();
        controller.abort(new Error(`got ${name}`));
      } else if (performance.now() - firstAtMs > echoMs) resolve('forced');
    };
    source.on('SIGINT', interrupt);
    source.on('SIGTERM', interrupt);
  });
  return { signal: controller.signal, forced };
}
