import { basename, dirname, join, resolve } from 'node:path';
import { WarmdockError } from '../errors.js';
import { formatReference, parseReference } from '../oci/reference.js';
import type { BuildOptions, BuildPlan, LayerCompression, LocalDirectory } from './build-plan.js';

/**
 * Turns options into the plan that `runBuild` executes; reads nothing, opens nothing.
 *
 * Throws `INVALID_ARGUMENT` for names and values that no builder would take. The frontend's
 * attributes are those of BuildKit's `dockerfile.v0`.
 */
export function planBuild(options: BuildOptions): BuildPlan {
  const cwd = options.cwd ?? process.cwd();
  const source = isUrl(options.context) ? urlSource(options) : directorySource(options, cwd);
  return {
    frontend: 'dockerfile.v0',
    frontendAttrs: { ...source.attrs, ...optionAttrs(options) },
    locals: source.locals,
    secrets: (options.secrets ?? []).map((secret) =>
      secret.type === 'file' ? { ...secret, path: resolve(cwd, secret.path) } : secret,
    ),
    tags: (options.tags ?? []).map(normalisedTag),
    compression: checkedCompression(options.compression ?? 'gzip'),
    ...(options.contextKey !== undefined && { contextKey: options.contextKey }),
  };
}

interface Source {
  readonly attrs: Record<string, string>;
  readonly locals: readonly LocalDirectory[];
}

function isUrl(context: string): boolean {
  return /^(https?|git|ssh):\/\/|^git@|^github\.com\//.test(context);
}

function urlSource(options: BuildOptions): Source {
  const filename = options.dockerfile;
  return {
    attrs: { context: options.context, ...(filename !== undefined && { filename }) },
    locals: [],
  };
}

function directorySource(options: BuildOptions, cwd: string): Source {
  if (options.context === '' || options.context === '-' || options.dockerfile === '-') {
    throw new WarmdockError(
      'UNSUPPORTED',
      'cannot read a build context or Dockerfile from standard input',
      {
        hint: 'give a directory (and -f FILE)',
      },
    );
  }
  const context = resolve(cwd, options.context);
  const dockerfile =
    options.dockerfile === undefined
      ? join(context, 'Dockerfile')
      : resolve(cwd, options.dockerfile);
  return {
    attrs: { filename: basename(dockerfile) },
    locals: [
      { name: 'context', directory: context },
      { name: 'dockerfile', directory: dirname(dockerfile) },
    ],
  };
}

function optionAttrs(options: BuildOptions): Record<string, string> {
  const attrs: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.buildArgs ?? {}))
    attrs[`build-arg:${name}`] = value;
  for (const [name, value] of Object.entries(options.labels ?? {})) attrs[`label:${name}`] = value;
  if (options.target) attrs.target = options.target;
  if (options.platforms?.length) attrs.platform = options.platforms.join(',');
  if (options.pull) attrs['image-resolve-mode'] = 'pull';
  if (options.noCache === true) attrs['no-cache'] = '';
  else if (options.noCache && options.noCache.length > 0)
    attrs['no-cache'] = options.noCache.join(',');
  return attrs;
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
