const pollMs = 500;

/**
 * Calls `onGone` when the process that started this one is gone.
 *
 * `bin/docker` passes signals on and waits, but SIGKILL takes it away without a word: whoever sent it
 * believes that the build has ended, and often waits for the standard streams to be closed.
 */
export function followLauncher(
  onGone: () => void,
  own: Pick<NodeJS.Process, 'ppid'> = process,
): void {
  const launcher = own.ppid;
  const timer = setInterval(() => {
    if (own.ppid === launcher) return;
    clearInterval(timer);
    onGone();
  }, pollMs);
  timer.unref();
}
