import { resolve } from 'node:path';
import type { CallContext } from '../../call-context.js';
import { WarmdockError } from '../../errors.js';
import { parseGoBool } from '../../go-bool.js';
import { formatReference, parseReference } from '../../oci/reference.js';
import { checkOptions } from '../../options/check-options.js';
import type { CacheOption } from '../flags/cache.js';
import type { SshSource } from '../flags/ssh.js';
import type { BuildOptions, BuildPlan, LayerCompression } from './build-plan.js';
import { entitlementsOf, optionAttrs } from './frontend-attrs.js';
import { optionChecks } from './option-checks.js';
import { type ParsedOptions, parseOptions } from './parse-options.js';
import { planSources } from './plan-contexts.js';
import { annotationAttrs, planOutputs } from './plan-outputs.js';
import { isGitOverSsh } from './remote-context.js';

/**
 * Turns options into the plan that `runBuild` executes; reads nothing, opens nothing. Only where
 * the context could be remote does it look whether a directory of that name is there, which counts then.
 *
 * `env` tells which variables secrets may come from, default `process.env`.
 * Throws `INVALID_ARGUMENT` for names and values that no builder would take, `UNSUPPORTED` for what
 * only buildx does. The frontend's attributes are those of BuildKit's `dockerfile.v0`.
 */
export function planBuild(
  given: BuildOptions,
  { env = process.env }: Pick<CallContext, 'env'> = {},
): BuildPlan {
  checkOptions('planBuild', given, optionChecks, ['context']);
  const options = parseOptions(given, env);
  const cwd = options.cwd ?? process.cwd();
  const { attrs, ...sources } = planSources(options, cwd);
  const used = unlessEmpty({
    ssh: plannedSsh(options, cwd),
    entitlements: entitlementsOf(options),
    cacheFrom: (options.cacheFrom ?? []).map((cache) => plannedCache(cache, 'src', cwd)),
    cacheTo: cacheTargets(options).map((cache) => plannedCache(cache, 'dest', cwd)),
  });
  const imageAttrs = annotationAttrs(options);
  const outputs = planOutputs(options, cwd);
  return {
    frontend: 'dockerfile.v0',
    frontendAttrs: { ...attrs, ...optionAttrs(options) },
    ...sources,
    secrets: (options.secrets ?? []).map((secret) =>
      secret.type === 'file' ? { ...secret, path: resolve(cwd, secret.path) } : secret,
    ),
    tags: (options.tags ?? []).map(normalisedTag),
    compression: checkedCompression(options.compression ?? 'gzip'),
    ...(options.contextKey !== undefined && { contextKey: options.contextKey }),
    ...used,
    ...(Object.keys(imageAttrs).length > 0 && { imageAttrs }),
    ...(outputs && { outputs }),
  };
}

function unlessEmpty<T extends Record<string, readonly unknown[]>>(lists: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(lists).filter(([, list]) => list.length > 0),
  ) as Partial<T>;
}

function plannedSsh({ ssh = [], context }: ParsedOptions, cwd: string): SshSource[] {
  if (ssh.length === 0) return isGitOverSsh(context) ? [{ id: 'default', paths: [] }] : [];
  const ids = ssh.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) {
    throw new WarmdockError('INVALID_ARGUMENT', `cannot use ssh agent ${twice}: it is given twice`);
  }
  return ssh.map(({ id, paths }) => ({ id, paths: paths.map((path) => resolve(cwd, path)) }));
}

/** With the one that a build argument asks for, as in buildx. */
function cacheTargets({ cacheTo = [], buildArgs }: ParsedOptions): readonly CacheOption[] {
  const isInline = parseGoBool(buildArgs?.BUILDKIT_INLINE_CACHE ?? '');
  return isInline ? [...cacheTo, { type: 'inline', attrs: {} }] : cacheTo;
}

function plannedCache(
  { type, attrs }: CacheOption,
  place: 'src' | 'dest',
  cwd: string,
): CacheOption {
  const needed = type === 'registry' ? 'ref' : type === 'local' ? place : undefined;
  if (needed && !attrs[needed]) {
    throw new WarmdockError('INVALID_ARGUMENT', `cannot use cache ${type}: it has no ${needed}`, {
      hint: `give it one, as in type=${type},${needed}=...`,
    });
  }
  if (type !== 'local') return { type, attrs };
  return { type, attrs: { ...attrs, [place]: resolve(cwd, attrs[place] ?? '') } };
}

const compressions: ReadonlySet<string> = new Set<LayerCompression>([
  'gzip',
  'zstd',
  'uncompressed',
]);

function checkedCompression(compression: LayerCompression): LayerCompression {
  if (compressions.has(compression)) return compression;
  throw new WarmdockError(
    'INVALID_ARGUMENT',
    `cannot compress layers with ${JSON.stringify(compression)}`,
    {
      hint: `choose one of ${[...compressions].join(', ')}`,
    },
  );
}

function normalisedTag(tag: string): string {
  const reference = parseReference(tag);
  if (reference.digest !== undefined) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot tag an image ${tag}: a tag must not carry a digest`,
      {
        hint: 'write name:tag',
      },
    );
  }
  return formatReference(reference);
}
