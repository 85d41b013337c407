import { resolve } from 'node:path';
import { WarmdockError } from '@warmdock/core';
import { type Checks, checkOptions, checks } from '@warmdock/core/internal';
import { pluginProgram } from '../programs/plugin-program.js';
import { parseBakeDefinition } from '../targets/bake-definition.js';
import { planTargets } from '../targets/plan-targets.js';
import type { TargetSet } from '../targets/target-set.js';
import { unescapeTemplates } from '../targets/templates.js';
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

const texts = checks.listOf(checks.text);

const bakeChecks: Checks<BakeOptions> = {
  files: texts,
  targets: texts,
  set: texts,
  load: checks.flag,
  noCache: checks.flag,
  pull: checks.flag,
  provenance: checks.text,
  sbom: checks.text,
  allow: texts,
  program: checks.program,
  cwd: checks.text,
  env: checks.mapOf(checks.text),
  signal: checks.signal,
};

/**
 * Asks `buildx bake` what it would build, and plans the same builds.
 *
 * Bake reads its files itself (`--print`), so variables, functions, groups, matrices and `inherits`
 * mean what they mean to it. Throws `INVALID_ARGUMENT` with bake's own words for files that it
 * refuses, `UNSUPPORTED` for a target that is not only loaded, `PERMISSION_DENIED` for one that
 * needs what is not allowed, `NOT_FOUND` without buildx.
 */
export async function planBake(options: BakeOptions = {}): Promise<TargetSet> {
  checkOptions('planBake', options, bakeChecks);
  const { env = process.env, signal, program } = options;
  const cwd = resolve(options.cwd ?? '');
  const buildx = pluginProgram('buildx', { program, cwd, env, signal });
  const { exitCode, stdout, stderr } = await buildx(['bake', ...bakeWords(options), '--print']);
  if (exitCode !== 0) {
    throw new WarmdockError('INVALID_ARGUMENT', `bake refuses its files: ${stderr.trim()}`);
  }
  const definition = unescapeTemplates(parseBakeDefinition(stdout, 'buildx bake --print'));
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
