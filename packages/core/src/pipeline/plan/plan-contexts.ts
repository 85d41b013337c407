import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { WarmdockError } from '../../errors.js';
import { type BuildContext, contextName } from '../flags/build-context.js';
import { parseOciLayoutReference } from '../flags/oci-layout-reference.js';
import type { BuildPlan, LocalDirectory, OciLayoutContext } from './build-plan.js';
import type { ParsedOptions } from './parse-options.js';
import { hasGitQuery, isHttpUrl, isRemote, isRemoteContext } from './remote-context.js';

/** The part of a plan that says where a build's files come from. */
export type PlannedSources = Pick<
  BuildPlan,
  'locals' | 'stdin' | 'dockerfileUrl' | 'ociLayouts'
> & {
  readonly attrs: Record<string, string>;
};

/**
 * Where the context, the Dockerfile and the named contexts come from; throws `INVALID_ARGUMENT`.
 *
 * Looks at the file system for one thing: whether there is a directory of the name of a remote context.
 */
export function planSources(options: ParsedOptions, cwd: string): PlannedSources {
  if (options.context === '') {
    throw new WarmdockError('INVALID_ARGUMENT', 'cannot build: no context is given', {
      hint: 'give a directory, such as . for the current one',
    });
  }
  const main = mainSource(options, cwd);
  const named = lastOfEach(options.buildContexts ?? []).map((context) => namedSource(context, cwd));
  const caps = capsFor(options, 'context' in main.attrs);
  const ociLayouts = named.flatMap(({ layout }) => layout ?? []);
  return {
    ...main,
    ...(ociLayouts.length > 0 && { ociLayouts }),
    locals: [...main.locals, ...named.flatMap(({ local }) => local ?? [])],
    attrs: {
      ...main.attrs,
      ...Object.assign({}, ...named.map(({ attrs }) => attrs)),
      ...(caps.length > 0 && { 'frontend.caps': caps.join(',') }),
    },
  };
}

/** Of contexts with one name the last one counts, as with buildx; whatever the others are, nobody looks at them. */
function lastOfEach(contexts: readonly BuildContext[]): BuildContext[] {
  const byName = contexts.map(({ name, source }) => [contextName(name), source] as const);
  return [...new Map(byName)].map(([name, source]) => ({ name, source }));
}

function mainSource(options: ParsedOptions, cwd: string): PlannedSources {
  const { context, dockerfile } = options;
  if (context === '-') return stdinContext(dockerfile);
  const isFetched = isRemoteContext(context, cwd);
  const source = isFetched ? urlContext(options) : directoryContext(context, cwd);
  if (dockerfile === '-') return { ...source, ...ownDockerfile(source), stdin: 'dockerfile' };
  if (dockerfile !== undefined && isHttpUrl(dockerfile))
    return { ...source, ...ownDockerfile(source), dockerfileUrl: dockerfile };
  if (!isFetched)
    return withDockerfileAt(source, resolve(cwd, dockerfile ?? join(context, 'Dockerfile')));
  return dockerfile !== undefined && isAbsolute(dockerfile)
    ? withLocalKey(withDockerfileAt(source, dockerfile))
    : source;
}

/** Whether it is an archive or a Dockerfile is not known before it is read. */
function stdinContext(dockerfile: string | undefined): PlannedSources {
  if (dockerfile === '-') {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      'standard input cannot be both the build context and the Dockerfile',
      { hint: 'give the Dockerfile or the context in a file' },
    );
  }
  const source: PlannedSources = { attrs: {}, locals: [], stdin: 'context' };
  if (dockerfile === undefined) return source;
  if (isHttpUrl(dockerfile))
    return { ...source, ...ownDockerfile(source), dockerfileUrl: dockerfile };
  return { ...source, attrs: { filename: dockerfile } };
}

function urlContext({ context, dockerfile }: ParsedOptions): PlannedSources {
  return {
    attrs: { context, ...(dockerfile !== undefined && { filename: dockerfile }) },
    locals: [],
  };
}

function directoryContext(context: string, cwd: string): PlannedSources {
  return { attrs: {}, locals: [{ name: 'context', directory: resolve(cwd, context) }] };
}

function withDockerfileAt(
  { attrs, locals, ...rest }: PlannedSources,
  path: string,
): PlannedSources {
  return {
    ...rest,
    attrs: { ...attrs, filename: basename(path) },
    locals: [...locals, { name: 'dockerfile', directory: dirname(path) }],
  };
}

/** The Dockerfile is one that this side gets hold of before the solve. */
function ownDockerfile({ attrs }: PlannedSources): Pick<PlannedSources, 'attrs'> {
  return { attrs: { ...attrs, filename: 'Dockerfile', dockerfilekey: 'dockerfile' } };
}

/** Has the frontend look into the local directory even where the context is elsewhere. */
function withLocalKey(source: PlannedSources): PlannedSources {
  return { ...source, attrs: { ...source.attrs, dockerfilekey: 'dockerfile' } };
}

interface NamedSource {
  readonly attrs?: Record<string, string>;
  readonly local?: LocalDirectory;
  readonly layout?: OciLayoutContext;
}

function namedSource({ name, source }: BuildContext, cwd: string): NamedSource {
  if (isRemote(source) || /^(docker-image:\/\/|target:)/.test(source))
    return { attrs: { [`context:${name}`]: source } };
  const layout = parseOciLayoutReference(source);
  if (layout) return { layout: { name, ...layout, directory: resolve(cwd, layout.directory) } };
  if (source === '' || /^[a-z-]+:\/\//.test(source)) {
    throw new WarmdockError('INVALID_ARGUMENT', `cannot use build context ${name}=${source}`, {
      hint: 'give a directory, docker-image://, oci-layout://, or a git or http(s) URL',
    });
  }
  const local = name === 'context' || name === 'dockerfile' ? `_${name}` : name;
  return {
    attrs: { [`context:${name}`]: `local:${local}` },
    local: { name: local, directory: resolve(cwd, source) },
  };
}

/** What the frontend has to know of, so that one that does not says so. */
function capsFor({ context, buildContexts = [] }: ParsedOptions, isFetched: boolean): string[] {
  const caps = [
    isFetched && hasGitQuery(context) && 'moby.buildkit.frontend.gitquerystring',
    buildContexts.length > 0 && 'moby.buildkit.frontend.contexts+forward',
    buildContexts.some(({ source }) => isRemote(source) && hasGitQuery(source)) &&
      'moby.buildkit.frontend.gitquerystring+forward',
  ];
  return caps.filter((cap) => cap !== false).sort();
}
