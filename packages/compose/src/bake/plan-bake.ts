import { findCliPlugin, WarmdockError } from '@warmdock/core';
import { runProgram } from '../program.js';
import { parseBakeDefinition } from '../targets/bake-definition.js';
import { planTargets } from '../targets/plan-targets.js';
import type { TargetSet } from '../targets/target-set.js';
import { withoutEscapes } from '../templates.js';
import { checkEntitlements } from './entitlements.js';

/** How the user would call bake; relative paths are resolved against `cwd`. */
export interface BakeOptions {
  /** Files with targets, default those that bake finds by itself. */
  readonly files?: readonly string[] | undefined;
  /** Names of targets and groups, default `default`. */
  readonly targets?: readonly string[] | undefined;
  /** Changes of targets, `TARGET.KEY=VALUE`. */
  readonly set?: readonly string[] | undefined;
  /**
   * Load the images of all targets that name no other output, default false: then each target has to
   * ask for that itself.
   */
  readonly load?: boolean | undefined;
  /** Default as each target says. */
  readonly noCache?: boolean | undefined;
  /** Default as each target says. */
  readonly pull?: boolean | undefined;
  readonly provenance?: string | undefined;
  readonly sbom?: string | undefined;
  /** What targets may do beyond the usual: `fs.read=PATH`, `network.host`, `ssh`, ... */
  readonly allow?: readonly string[] | undefined;
  /** The buildx to ask, a program and its first arguments. Default docker's plugin. */
  readonly program?: readonly string[] | undefined;
  /** Default the process's working directory. */
  readonly cwd?: string | undefined;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks `buildx bake` what it would build, and plans the same builds.
 *
 * Bake reads its files itself (`--print`), so variables, functions, groups, matrices and `inherits`
 * mean what they mean to it. Throws `INVALID_ARGUMENT` with bake's own words for files that it
 * refuses, `UNSUPPORTED` for a target that is not only loaded, `PERMISSION_DENIED` for one that
 * needs what is not allowed, `NOT_FOUND` without buildx.
 */
export async function planBake(options: BakeOptions = {}): Promise<TargetSet> {
  const { cwd = process.cwd(), env = process.env, signal } = options;
  const plugin = findCliPlugin('buildx', env);
  const program = options.program ?? (plugin ? [plugin] : ['docker', 'buildx']);
  const words = ['bake', ...bakeWords(options), '--print'];
  const { exitCode, stdout, stderr } = await runProgram(program, words, { cwd, env, signal });
  if (exitCode !== 0) {
    throw new WarmdockError('INVALID_ARGUMENT', `bake refuses its files: ${stderr.trim()}`);
  }
  const definition = withoutEscapes(parseBakeDefinition(stdout, 'buildx bake --print'));
  const set = planTargets(definition, { cwd, env });
  checkEntitlements(set, options.allow ?? [], cwd);
  return set;
}

function bakeWords(options: BakeOptions): string[] {
  const { files = [], targets = [], set = [], load, noCache, pull, provenance, sbom } = options;
  return [
    ...files.map((file) => `--file=${file}`),
    ...set.map((change) => `--set=${change}`),
    ...(load ? ['--load'] : []),
    ...(noCache === undefined ? [] : [`--no-cache=${noCache}`]),
    ...(pull === undefined ? [] : [`--pull=${pull}`]),
    ...(provenance === undefined ? [] : [`--provenance=${provenance}`]),
    ...(sbom === undefined ? [] : [`--sbom=${sbom}`]),
    '--progress=quiet',
    ...targets,
  ];
}
