import type { Flag } from '../../../flags/parse-flags.js';

/** For commands that take one generation; `otherwise` says what is taken without it. */
export function generationFlag(otherwise: string): Flag {
  return {
    name: 'generation',
    kind: 'string',
    about: `Number of a generation (default ${otherwise})`,
  };
}
