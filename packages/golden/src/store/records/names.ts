import { WarmdockError } from '@warmdock/core';

const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Returns a valid name of a project or session: it becomes a folder name and part of a mount
 * option. Throws `INVALID_ARGUMENT` for others.
 */
export function parseName(kind: 'project' | 'session', name: string): string {
  if (typeof name === 'string' && pattern.test(name)) return name;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `not a ${kind} name: ${JSON.stringify(String(name).slice(0, 80))}`,
    {
      hint: 'Use 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter or digit.',
    },
  );
}

export const isName = (name: string): boolean => pattern.test(name);
