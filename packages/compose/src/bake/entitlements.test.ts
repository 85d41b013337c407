import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BakeTarget } from '../targets/bake-definition.js';
import { planTargets } from '../targets/plan-targets.js';
import { checkEntitlements } from './entitlements.js';

let root: string;
let cwd: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'warmdock-allow-')));
  cwd = join(root, 'project');
  mkdirSync(join(cwd, 'inside'), { recursive: true });
  mkdirSync(join(root, 'projects'));
  symlinkSync(join(root, 'projects'), join(cwd, 'link'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function check(target: BakeTarget, allow: readonly string[] = []): void {
  const definition = { target: { default: { output: ['type=docker'], ...target } } };
  checkEntitlements(planTargets(definition, { cwd, env: { DOCKER_CONFIG: '/none' } }), allow, cwd);
}

describe('a bake file may ask for', () => {
  it.each<[string, BakeTarget]>([
    ['the folder itself', {}],
    ['folders in it', { context: 'inside', contexts: { x: './inside', y: 'docker-image://x' } }],
    ['files in it that are not there', { secret: ['id=a,src=inside/none'] }],
    ['caches in it', { 'cache-to': ['type=local,dest=cache'] }],
    ['secrets from the environment', { secret: ['id=a,env=A'] }],
  ])('%s', (_, target) => {
    expect(() => check(target)).not.toThrow();
  });
});

describe('a bake file must be allowed', () => {
  it.each<[string, BakeTarget, string]>([
    ['a context elsewhere', { context: '../projects' }, 'fs.read=ROOT/projects'],
    ['one behind a link', { context: 'link' }, 'fs.read=ROOT/project/link'],
    ['a named context elsewhere', { contexts: { x: '..' } }, 'fs.read=ROOT'],
    ['a secret elsewhere', { secret: ['id=a,src=/etc/shadow'] }, 'fs.read=/etc/shadow'],
    ['a key elsewhere', { ssh: ['k=/root/.ssh/id'] }, 'fs.read=/root/.ssh/id'],
    ['a cache to read', { 'cache-from': ['type=local,src=/c'] }, 'fs.read=/c'],
    ['a cache to write', { 'cache-to': ['type=local,dest=/c'] }, 'fs.write=/c'],
    ['the ssh agent', { ssh: ['default'] }, 'ssh'],
    ['the host network', { network: 'host' }, 'network.host'],
    ['an entitlement', { entitlements: ['security.insecure'] }, 'security.insecure'],
  ])('%s', (_, target, needed) => {
    const flag = needed.replace('ROOT', root);
    const refused = { code: 'PERMISSION_DENIED', hint: expect.stringContaining(`allow ${flag}`) };
    expect(() => check(target)).toThrow(expect.objectContaining(refused));
    expect(() => check(target, [flag])).not.toThrow();
  });

  it('paths by `fs` for both ways, and all of them by an asterisk', () => {
    const target = { context: '..', 'cache-to': ['type=local,dest=/c'] };
    expect(() => check(target, ['fs.read=*'])).toThrow();
    expect(() => check(target, ['fs=*'])).not.toThrow();
    expect(() => check(target, ['fs=..', 'fs=/c'])).not.toThrow();
  });
});
