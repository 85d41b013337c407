/** An installation that cannot be made or removed; `hint` says what to do. */
export class ShimError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'ShimError';
    this.hint = hint;
  }
}
