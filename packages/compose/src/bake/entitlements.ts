import { realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type BuildPlan, WarmdockError } from '@warmdock/core';
import type { TargetSet } from '../targets/target-set.js';

/**
 * Checks that targets need nothing that bake asks its user about: a bake file may come from others.
 *
 * The rules of `buildx bake`: what is below the working directory may be read and written, all else
 * (paths, the ssh agent, BuildKit's entitlements) has to be allowed. Throws `PERMISSION_DENIED`.
 */
export function checkEntitlements(
  { targets }: TargetSet,
  allow: readonly string[],
  cwd: string,
): void {
  const readable = allowedPaths(allow, ['fs', 'fs.read'], cwd);
  const writable = allowedPaths(allow, ['fs', 'fs.write'], cwd);
  for (const { name, plan } of targets) {
    const missing = [
      ...(plan.entitlements ?? []).filter((each) => !allow.includes(each)),
      ...(needsAgent(plan) && !allow.includes('ssh') ? ['ssh'] : []),
      ...readPaths(plan)
        .filter((path) => !isBelow(path, readable))
        .map((path) => `fs.read=${path}`),
      ...writtenPaths(plan)
        .filter((path) => !isBelow(path, writable))
        .map((path) => `fs.write=${path}`),
    ];
    if (missing.length > 0) throw notAllowed(name, missing);
  }
}

function notAllowed(name: string, missing: readonly string[]): WarmdockError {
  return new WarmdockError('PERMISSION_DENIED', `target ${name} needs what is not allowed`, {
    hint: `allow ${missing.join(', ')}`,
  });
}

function needsAgent({ ssh = [] }: BuildPlan): boolean {
  return ssh.some(({ paths }) => paths.length === 0);
}

function readPaths({
  locals,
  secrets,
  ssh = [],
  cacheFrom = [],
  ociLayouts = [],
}: BuildPlan): string[] {
  return [
    ...locals.map(({ directory }) => directory),
    ...ociLayouts.map(({ directory }) => directory),
    ...secrets.flatMap((secret) => (secret.type === 'file' ? [secret.path] : [])),
    ...ssh.flatMap(({ paths }) => paths),
    ...cacheFrom.flatMap(({ type, attrs }) => (type === 'local' && attrs.src ? [attrs.src] : [])),
  ];
}

function writtenPaths({ cacheTo = [] }: BuildPlan): string[] {
  return cacheTo.flatMap(({ type, attrs }) => (type === 'local' && attrs.dest ? [attrs.dest] : []));
}

/** `undefined` when all are. */
function allowedPaths(
  allow: readonly string[],
  keys: readonly string[],
  cwd: string,
): readonly string[] | undefined {
  const paths = allow.flatMap((each) => {
    const [, key = '', path = ''] = /^([^=]*)=(.*)$/s.exec(each) ?? [];
    return keys.includes(key) ? [path] : [];
  });
  if (paths.includes('*')) return undefined;
  return [cwd, ...paths].map((path) => realPath(resolve(cwd, path)));
}

function isBelow(path: string, allowed: readonly string[] | undefined): boolean {
  if (!allowed) return true;
  const real = realPath(path);
  return allowed.some((each) => !/^\.\.(\/|$)/.test(relative(each, real)));
}

/** Without symbolic links, also of a path that is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(realPath(parent), relative(parent, path));
  }
}
