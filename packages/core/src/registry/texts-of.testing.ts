import { inspect } from 'node:util';

/** All that an error tells: messages, hints and stacks, through its causes, and every field. */
export function textsOf(error: unknown): string {
  return `${inspect(error, { depth: 10, showHidden: true })}\n${chainOf(error).join('\n')}`;
}

function chainOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { message, stack = '', cause } = error;
  const { hint } = error as { hint?: unknown };
  const inner = cause === undefined ? [] : chainOf(cause);
  return [message, String(hint), stack, JSON.stringify(error), ...inner];
}
