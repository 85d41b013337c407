import { parseGoBool } from '../../go-bool.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { parseCsvFields } from './csv-fields.js';
import { type Attrs, parseKeyValues, unreadableFlag } from './key-values.js';

/**
 * What becomes of a build's result. `attrs` go to BuildKit's exporter as they are (`compression`,
 * `oci-mediatypes`, ...); a `dest` of `-` is standard output.
 */
export type Output =
  /** Into the local daemon, only what it lacks. */
  | { readonly type: 'load'; readonly attrs: Attrs }
  /** An image in the builder; with `push` into the registries of its names as well. */
  | { readonly type: 'image'; readonly push: boolean; readonly attrs: Attrs }
  /** The result's files in a directory, beside what is there. */
  | { readonly type: 'local'; readonly dest: string; readonly attrs: Attrs }
  /** The result's files as one archive. */
  | { readonly type: 'tar'; readonly dest: string; readonly attrs: Attrs }
  /** An image as an archive, or with `tar` false as a directory in OCI's image layout. */
  | {
      readonly type: 'oci' | 'docker';
      readonly tar: boolean;
      readonly dest: string;
      readonly attrs: Attrs;
    }
  /** Nothing but the builder's cache. */
  | { readonly type: 'cacheonly' };

const flag = '--output';

/**
 * Reads `--output` as buildx does: `DIRECTORY`, `-`, or `type=TYPE[,dest=PATH][,KEY=VALUE...]`, where
 * `registry` is an image that is pushed and `docker` without `dest` goes to the daemon. Throws
 * `INVALID_ARGUMENT`.
 */
export function parseOutput(spec: string): Output {
  checkArgument('parseOutput', 'spec', spec, text);
  if (spec === '-') return { type: 'tar', dest: '-', attrs: {} };
  const [only, ...others] = parseCsvFields(spec, flag);
  if (only === spec && others.length === 0 && !spec.startsWith('type='))
    return { type: 'local', dest: spec, attrs: {} };
  const { type = '', dest = '', ...attrs } = Object.fromEntries(parseKeyValues(spec, flag));
  switch (type) {
    case 'registry':
      return { type: 'image', push: true, attrs: { unpack: 'false', ...withoutPush(attrs) } };
    case 'image':
      return { type, push: isTrue(attrs.push), attrs: withoutPush(attrs) };
    case 'local':
      return { type, dest: directory(spec, dest), attrs };
    case 'tar':
      return { type, dest: dest || '-', attrs };
    case 'oci':
    case 'docker':
      return imageFile(spec, type, dest, attrs);
    case 'cacheonly':
      return { type };
    default:
      throw unreadableFlag(
        flag,
        spec,
        type === '' ? 'it has no type' : `${type} is not a known type`,
        hint,
      );
  }
}

const hint = 'types are local, tar, oci, docker, image, registry and cacheonly';

function imageFile(
  spec: string,
  type: 'oci' | 'docker',
  dest: string,
  { tar, ...attrs }: Record<string, string>,
): Output {
  if (parseGoBool(tar ?? '') === false)
    return { type, tar: false, dest: directory(spec, dest), attrs };
  if (type === 'docker' && dest === '') return { type: 'load', attrs };
  return { type, tar: true, dest: dest || '-', attrs };
}

function directory(spec: string, dest: string): string {
  if (dest !== '' && dest !== '-') return dest;
  throw unreadableFlag(flag, spec, 'it needs a directory', 'add dest=DIRECTORY');
}

function isTrue(text: string | undefined): boolean {
  return parseGoBool(text ?? '') ?? false;
}

function withoutPush({ push: _, ...attrs }: Record<string, string>): Attrs {
  return attrs;
}
