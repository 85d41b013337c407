import { planBuild, WarmdockError } from '@warmdock/core';
import type { BakeDefinition, BakeTarget } from './bake-definition.js';
import { formatSpec } from './spec.js';
import { targetOptions } from './target-options.js';
import type { TargetPlan, TargetSet } from './target-set.js';

export interface PlanTargetsOptions {
  /** Relative paths are resolved against it. */
  readonly cwd: string;
  /** Where secrets are looked up. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Turns a resolved definition, its group `default`, into builds whose images are loaded.
 *
 * Throws `UNSUPPORTED` for a target that asks for something else than its image in the local daemon,
 * `INVALID_ARGUMENT` for values that nobody could carry out and for targets that need each other.
 */
export function planTargets(definition: BakeDefinition, options: PlanTargetsOptions): TargetSet {
  const wanted = wantedTargets(definition);
  const targets = new Map<string, TargetPlan>();
  const add = (name: string, path: readonly string[]) => {
    if (targets.has(name)) return;
    const target = targetNamed(name, definition, path);
    const needs = neededTargets(target);
    for (const need of needs) add(need, [...path, name]);
    targets.set(name, planTarget(name, target, needs, wanted.has(name), options));
  };
  for (const name of wanted) add(name, []);
  return { targets: [...targets.values()], wanted: [...wanted] };
}

/** Members of the group `default`: targets, and groups of them. A name may be that of both. */
function wantedTargets({ group = {}, target }: BakeDefinition): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (target[name]) found.add(name);
    if (seen.has(name)) return;
    seen.add(name);
    for (const member of group[name]?.targets ?? []) visit(member);
  };
  if (!group.default && target.default) found.add('default');
  for (const member of group.default?.targets ?? []) visit(member);
  return found;
}

function targetNamed(
  name: string,
  { target }: BakeDefinition,
  path: readonly string[],
): BakeTarget {
  if (path.includes(name)) {
    throw new WarmdockError(
      'INVALID_ARGUMENT',
      `cannot build ${name}: it needs itself, by way of ${[...path, name].join(' > ')}`,
      { hint: 'break the circle of contexts' },
    );
  }
  const found = target[name];
  if (found) return found;
  throw new WarmdockError('INVALID_ARGUMENT', `cannot build: there is no target ${name}`, {
    hint:
      path.length > 0 ? `a context of ${path.at(-1)} names it` : 'check the names of the targets',
  });
}

function neededTargets({ contexts = {} }: BakeTarget): string[] {
  const needs = Object.values(contexts).flatMap((source) =>
    source?.startsWith('target:') ? source.slice('target:'.length) : [],
  );
  return [...new Set(needs)];
}

function planTarget(
  name: string,
  target: BakeTarget,
  needs: readonly string[],
  isWanted: boolean,
  { cwd, env }: PlanTargetsOptions,
): TargetPlan {
  if (isWanted) checkLoads(name, target);
  const outputs = isWanted ? undefined : ([{ type: 'cacheonly' }] as const);
  const plan = planBuild({ ...targetOptions(target, env), outputs, cwd });
  const dockerfile = target['dockerfile-inline'];
  return { name, plan, needs, ...(dockerfile !== undefined && { dockerfile }) };
}

/** That the image in the daemon is all that is wanted of a target. */
function checkLoads(name: string, { output = [], call, platforms = [] }: BakeTarget): void {
  const outputs = output.map(formatSpec);
  const why =
    (call !== undefined && call !== 'build' && `it asks for call=${call}`) ||
    (outputs.length === 0 && 'its result stays in the builder') ||
    (outputs.join(' ') !== 'type=docker' && `its output is ${outputs.join(' ')}`) ||
    (platforms.length > 1 && `it is for ${platforms.join(', ')}`);
  if (why) throw new WarmdockError('UNSUPPORTED', `target ${name} is not only loaded: ${why}`);
}
