import { WarmdockError } from '../errors.js';
import { formatReference, type Reference } from '../oci/reference.js';

/** A registry may hide what it does not show to everybody. */
export const missingHint = 'check the name; a private repository may look missing without a login';

/** The `NOT_FOUND` of a name that stands for nothing. */
export function noSuchImage(reference: Reference): WarmdockError {
  const message = `there is no image ${formatReference(reference)}`;
  return new WarmdockError('NOT_FOUND', message, { hint: missingHint });
}
