import { WarmdockError } from '../../errors.js';
import { parseReference, type Reference } from '../../oci/reference.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';

/** The repository that images travel through, by digest: nothing in it gets a name. */
export interface TransitRepository extends Pick<Reference, 'domain' | 'path'> {
  /** Whether it may be spoken to without TLS, by the builder as well; on this machine that is asked of it. */
  readonly plainHttp: boolean;
}

/**
 * Reads `[http://]HOST/PATH`, a repository without a tag; `http://` allows to do without TLS.
 *
 * Throws `INVALID_ARGUMENT`.
 */
export function parseTransitRepository(value: string): TransitRepository {
  checkArgument('parseTransitRepository', 'value', value, text);
  const [, scheme, name = ''] = /^(?:(https?):\/\/)?(.*)$/s.exec(value) ?? [];
  // Whoever types no host means a registry of their own, and not Docker Hub.
  if (!/^[^/]*[.:][^/]*\/|^localhost\//.test(name)) throw refused(value, 'it names no registry');
  const { domain, path, tag, digest } = parsed(value, name);
  const isNamed = name.slice(domain.length).includes(':') || digest !== undefined;
  if (isNamed) throw refused(value, `it has ${digest ? 'a digest' : `the tag ${tag}`}`);
  return { domain, path, plainHttp: scheme === 'http' };
}

function parsed(value: string, name: string): Reference {
  try {
    return parseReference(name);
  } catch (error) {
    throw refused(value, error instanceof WarmdockError ? error.message : 'it is no reference');
  }
}

function refused(value: string, why: string): WarmdockError {
  return new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot send images through ${JSON.stringify(value.slice(0, 160))}: ${why}`,
    { hint: 'write it like registry.example.com/team/app' },
  );
}
