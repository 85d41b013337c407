/** The command line itself is wrong; nothing was started. */
export class UsageError extends Error {
  /** As docker and buildx exit: 125 for a bad flag, 1 for bad arguments. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = 'UsageError';
    this.exitCode = exitCode;
  }
}
