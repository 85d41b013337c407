import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { parseCsvFields } from './csv-fields.js';
import { type Attrs, parseKeyValues, unreadableFlag } from './key-values.js';

/** Where the builder reads or keeps results of steps; `type` and `attrs` as BuildKit names them. */
export interface CacheOption {
  /** `registry`, `inline`, `local`, `gha`, `s3`, `azblob`. */
  readonly type: string;
  readonly attrs: Attrs;
}

/**
 * Reads `--cache-from` and `--cache-to` as buildx does: `type=registry,ref=app:cache`, or references
 * alone, of which each is one of a registry. Throws `INVALID_ARGUMENT`; `flag` names the flag in it.
 */
export function parseCacheOption(spec: string, flag = '--cache-from'): CacheOption[] {
  checkArgument('parseCacheOption', 'spec', spec, text);
  if (!spec.includes('=')) {
    return parseCsvFields(spec, flag).map((ref) => ({ type: 'registry', attrs: { ref } }));
  }
  const { type = '', ...attrs } = Object.fromEntries(parseKeyValues(spec, flag));
  if (type === '')
    throw unreadableFlag(flag, spec, 'it has no type', 'write it like type=registry,ref=app:cache');
  return [{ type, attrs }];
}
