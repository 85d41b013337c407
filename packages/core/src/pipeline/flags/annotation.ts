import { formatPlatform, parsePlatform } from '../../oci/platform.js';
import { checkArgument } from '../../options/check-options.js';
import { text } from '../../options/checks.js';
import { unreadableFlag } from './key-values.js';

/** What of an image carries an annotation; a `descriptor` is that by which the index names the manifest. */
export type AnnotationLevel = 'manifest' | 'index' | 'manifest-descriptor' | 'index-descriptor';

/** A word about an image in its manifest or index. */
export interface Annotation {
  readonly key: string;
  readonly value: string;
  /** Default `manifest`. */
  readonly level?: AnnotationLevel | undefined;
  /** Of whose manifest, such as `linux/amd64`; default every one. */
  readonly platform?: string | undefined;
}

const levels: readonly string[] = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'];

/**
 * Reads `--annotation` as buildx does: `[LEVEL[PLATFORM],...:]KEY=VALUE` with the platform in square
 * brackets; one annotation for each level. Throws `INVALID_ARGUMENT`.
 */
export function parseAnnotation(spec: string): Annotation[] {
  checkArgument('parseAnnotation', 'spec', spec, text);
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(spec) ?? [];
  if (name === undefined || value === undefined) throw refused(spec, 'it is not KEY=VALUE');
  const colon = name.indexOf(':');
  if (colon < 0) return [checkedAnnotation({ key: name, value })];
  const key = name.slice(colon + 1);
  return name
    .slice(0, colon)
    .split(',')
    .map((target) => {
      const [, level, platform] = /^([a-z-]+)(?:\[([\w/-]+)\])?$/.exec(target) ?? [];
      if (level === undefined) throw refused(spec, `${target} is not LEVEL or LEVEL[PLATFORM]`);
      return checkedAnnotation({ key, value, level: level as AnnotationLevel, platform });
    });
}

/** The annotation itself, unless no builder would take it: `INVALID_ARGUMENT`. */
export function checkedAnnotation(annotation: Annotation): Annotation {
  const { key, value, level, platform } = annotation;
  if (!/^\S+$/.test(key)) throw refused(`${key}=${value}`, 'its key is empty or has spaces');
  if (level !== undefined && !levels.includes(level))
    throw refused(`${key}=${value}`, `${level} is none of ${levels.join(', ')}`);
  if (platform !== undefined) parsePlatform(platform);
  return annotation;
}

/** The exporter's name for it, `annotation-manifest[linux/amd64].key`. */
export function annotationAttr({ key, level, platform }: Annotation): string {
  const isOfManifest = level?.startsWith('manifest');
  const where = isOfManifest && platform ? `[${formatPlatform(parsePlatform(platform))}]` : '';
  return `annotation${level ? `-${level}` : ''}${where}.${key}`;
}

function refused(spec: string, why: string) {
  return unreadableFlag('--annotation', spec, why, 'write it like index:org.example.key=value');
}
