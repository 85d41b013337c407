import type { CallContext } from '../../call-context.js';
import { checkOptions } from '../../options/check-options.js';
import {
  bytes,
  type Checks,
  callback,
  instance,
  mapOf,
  signal,
  text,
} from '../../options/checks.js';

const contextChecks: Checks<CallContext> = {
  signal,
  env: mapOf(text),
  onProgress: callback,
  stdin: bytes,
  stdout: instance('a writable stream', 'write'),
};

/** Checks the context of a call, as `checkOptions` does. */
export function checkContext(call: string, context: CallContext): void {
  checkOptions(call, context, contextChecks);
}
