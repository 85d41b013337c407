const pollMs = 500;

/**
 * Interrupts this process when the one that started it is gone.
 *
 * `bin/docker` passes signals on and waits, but SIGKILL takes it away without a word: whoever sent it
 * believes that the build has ended, and often waits for the standard streams to be closed.
 */
export function followLauncher(own: Pick<NodeJS.Process, 'pid' | 'ppid' | 'kill'> = process): void {
  const launcher = own.ppid;
  const timer = setInterval(() => {
    if (own.ppid === launcher) return;
    clearInterval(timer);
    own.kill(own.pid, 'SIGTERM');
  }, pollMs);
  timer.unref();
}
