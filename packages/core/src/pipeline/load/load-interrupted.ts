import { messageOf, WarmdockError } from '../../errors.js';

/** What an image's load ends with when another one's has failed that it was sent with, or whose layers it needs. */
export class LoadInterrupted extends WarmdockError {
  constructor(cause: unknown) {
    super('LOAD_FAILED', `the load of another image broke off (${messageOf(cause)})`, { cause });
  }
}
