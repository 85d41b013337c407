import { formatFamiliar, parseReference } from '../../oci/reference.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { unreadableFlag } from './key-values.js';

/** A source besides the context, by the name with which a Dockerfile's `FROM` and `COPY --from` find it. */
export interface BuildContext {
  readonly name: string;
  /**
   * A directory, `docker-image://REFERENCE`, a git or http(s) URL, `oci-layout://DIRECTORY[:TAG][@DIGEST]`,
   * or `target:NAME` for the result of another build, which is given when this one is run.
   */
  readonly source: string;
}

/** Reads `--build-context`, `NAME=SOURCE`, as buildx does. Throws `INVALID_ARGUMENT`. */
export function parseBuildContext(spec: string): BuildContext {
  checkArgument('parseBuildContext', 'spec', spec, text);
  const equals = spec.indexOf('=');
  if (equals < 0)
    throw unreadableFlag(
      '--build-context',
      spec,
      'it is not NAME=SOURCE',
      'write it like base=../base',
    );
  return { name: contextName(spec.slice(0, equals)), source: spec.slice(equals + 1) };
}

/** The name in its short form: those of images stand for them, `docker.io/library/alpine:latest` is `alpine`. */
export function contextName(name: string): string {
  return formatFamiliar(parseReference(name)).replace(/:latest$/, '');
}
